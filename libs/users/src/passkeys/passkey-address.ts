import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';

/**
 * Where passkeys belong to. By default the API's public address; an IP address can't own passkeys (WebAuthn, 5.1.2), so
 * on 127.0.0.1 it is localhost on the same port.
 */
@Injectable()
export class PasskeyAddress {
  /** The relying party's id: a domain, for it and its subdomains. */
  readonly rpId: string;
  /** Pages that may ask for passkeys. */
  readonly origins: string[];

  constructor(config: Config) {
    const url = new URL(config.publicUrl);
    if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) url.hostname = 'localhost';
    this.rpId = config.get('PASSKEY_RP_ID') ?? url.hostname;
    const origins = config.get('PASSKEY_ORIGINS');
    this.origins = origins.length > 0 ? origins : [url.origin];
  }
}
