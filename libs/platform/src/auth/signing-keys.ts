import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config, SettingsError } from '@platform/config';

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/**
 * The RSA keys under JWT_KEYS_DIR, `<kid>.pem` each (PKCS#8). All of them verify, the last by name signs: a new key
 * is added beside the old, and the old one is removed when its tokens have expired. KeyObjects, not PEM strings: half
 * the cost of a verification.
 */
@Injectable()
export class SigningKeys {
  private readonly keys: SigningKey[];

  constructor(config: Config) {
    this.keys = readKeys(config.get('JWT_KEYS_DIR'));
  }

  get current(): SigningKey {
    return this.keys.at(-1) as SigningKey; // readKeys refuses an empty folder
  }

  /** The public key of this id; the id comes from a stranger's token and is only ever compared. */
  find(kid: string): KeyObject | undefined {
    return this.keys.find((key) => key.kid === kid)?.publicKey;
  }

  /** The JSON Web Key Set (RFC 7517) that other services verify our tokens with. */
  jwks() {
    const keys = this.keys.map(({ kid, publicKey }) => {
      const { kty, n, e } = publicKey.export({ format: 'jwk' });
      return { kty, n, e, kid, use: 'sig', alg: 'RS256' };
    });
    return { keys };
  }
}

function readKeys(folder: string): SigningKey[] {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.pem'));
    if (files.length === 0) throw new Error('there is no .pem file in it');
    return files.sort().map((file) => {
      const privateKey = createPrivateKey(readFileSync(join(folder, file)));
      if (privateKey.asymmetricKeyType !== 'rsa') throw new Error(`${file} is not an RSA key`);
      return { kid: file.replace(/\.pem$/, ''), privateKey, publicKey: createPublicKey(privateKey) };
    });
  } catch (error) {
    throw new SettingsError([`JWT_KEYS_DIR: ${(error as Error).message}`]);
  }
}
