import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '@platform/encryption';

/** What a sign-in that is under way at a provider has to remember. */
export interface OidcTransaction {
  state: string;
  nonce: string;
  /** The secret half of PKCE. */
  verifier: string;
}

/** How long somebody may take at the provider, in seconds. */
export const TRANSACTION_SECONDS = 600;

const random = () => randomBytes(32).toString('base64url');
const ownerFor = (provider: string) => `oidc sign-in ${provider}`;

/** Sign-ins under way. Each travels in a cookie of the browser that began it, sealed for its provider. */
@Injectable()
export class OidcTransactions {
  constructor(private readonly box: SecretBox) {}

  begin(): OidcTransaction {
    return { state: random(), nonce: random(), verifier: random() };
  }

  /** @returns the cookie's value. @param now in ms */
  seal(transaction: OidcTransaction, provider: string, now: number): string {
    const text = JSON.stringify({ ...transaction, endsAt: now + TRANSACTION_SECONDS * 1_000 });
    return this.box.seal(Buffer.from(text), ownerFor(provider)).toString('base64url');
  }

  /** @returns undefined for what is no cookie of ours, was made for another provider, or is too old */
  open(cookie: string | undefined, provider: string, now: number): OidcTransaction | undefined {
    let text: string;
    try {
      text = this.box.open(Buffer.from(cookie ?? '', 'base64url'), ownerFor(provider)).toString();
    } catch {
      return undefined; // whoever sends it can write what they like
    }
    const { endsAt, ...transaction } = JSON.parse(text) as OidcTransaction & { endsAt: number };
    return endsAt > now ? transaction : undefined;
  }
}
