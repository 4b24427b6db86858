import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';

const CIPHER = 'aes-256-gcm'; // NIST SP 800-38D
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what must be readable again but not by who only has the database: AES-256-GCM with the keys of
 * ENCRYPTION_KEYS, of which the first seals and all open. Sealed: the length of the key's id, the id, nonce, tag, text.
 */
@Injectable()
export class SecretBox {
  constructor(private readonly config: Config) {}

  /** @param owner what the secret belongs to, e.g. `totp <user id>`; under another owner it can't be opened */
  seal(secret: Uint8Array, owner: string): Buffer {
    const [{ id, key }] = this.config.get('ENCRYPTION_KEYS');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([Buffer.of(id.length), Buffer.from(id), nonce, cipher.getAuthTag(), text]);
  }

  /** @throws Error when the key is gone, or the text was altered or belongs to another owner */
  open(sealed: Buffer, owner: string): Buffer {
    const textAt = 1 + (sealed[0] ?? 0);
    const id = sealed.subarray(1, textAt).toString();
    const key = this.config.get('ENCRYPTION_KEYS').find((each) => each.id === id)?.key;
    if (!key) throw new Error('ENCRYPTION_KEYS lacks the key that a stored secret was sealed with.');
    const nonce = sealed.subarray(textAt, textAt + NONCE_BYTES);
    const tag = sealed.subarray(textAt + NONCE_BYTES, textAt + NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(owner));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(textAt + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  }
}
