import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sign } from 'jsonwebtoken';

/** Access tokens that must not be taken, by what is wrong with each. All name an admin. */
export function badTokens(keysFolder: string): Record<string, string> {
  const file =
    readdirSync(keysFolder)
      .filter((name) => name.endsWith('.pem'))
      .sort()
      .at(-1) ?? '';
  const kid = file.replace(/\.pem$/, '');
  const key = createPrivateKey(readFileSync(join(keysFolder, file)));
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const good = issue(key, { kid });
  const [header = '', claims = '', signature = ''] = good.split('.');
  return {
    'expired a second ago': issue(key, { kid }, { expiresIn: -1 }),
    'signed with none': `${encode({ alg: 'none', kid, typ: 'at+jwt' })}.${claims}.`,
    'said to be signed with none': `${encode({ alg: 'none', kid, typ: 'at+jwt' })}.${claims}.${signature}`,
    'signed with the public key as a secret': signedWithPublicKey(key, kid, claims),
    'signed by a stranger in our name': issue(stranger, { kid }),
    'of a key that is not ours': issue(stranger, { kid: 'other' }),
    'of a key outside of our folder': issue(stranger, { kid: '../../../../etc/passwd' }),
    'of no key': issue(key, {}),
    'of a key that is a number': issue(key, { kid: 7 as never }),
    'that brings its own key': issue(stranger, { kid, jwk: createPublicKey(stranger).export({ format: 'jwk' }) }),
    'of another type': issue(key, { kid, typ: 'JWT' }),
    'of another issuer': issue(key, { kid }, { issuer: 'somebody-else' }),
    'for another audience': issue(key, { kid }, { audience: 'another-api' }),
    'not good yet': issue(key, { kid }, { notBefore: 600 }),
    'with other claims than were signed': `${header}.${encode({ ...decode(claims), roles: ['admin', 'x'] })}.${signature}`,
    'without its signature': `${header}.${claims}.`,
    'with something behind it': `${good} x`,
    'that is none': 'nonsense',
    'that is empty': '',
    'of brackets': `${Buffer.from('['.repeat(5_000)).toString('base64url')}.${claims}.${signature}`,
  };
}

/** The one that is fine, so that the test knows that it is the fault that is refused. */
export function goodToken(keysFolder: string): string {
  const file =
    readdirSync(keysFolder)
      .filter((name) => name.endsWith('.pem'))
      .sort()
      .at(-1) ?? '';
  return issue(createPrivateKey(readFileSync(join(keysFolder, file))), { kid: file.replace(/\.pem$/, '') });
}

function issue(key: KeyObject, header: object, options: object = {}): string {
  return sign({ sid: randomUUID(), roles: ['admin'] }, key, {
    algorithm: 'RS256',
    header: { alg: 'RS256', typ: 'at+jwt', ...header },
    subject: randomUUID(),
    issuer: 'countinghouse',
    audience: 'countinghouse-api',
    expiresIn: 900,
    ...options,
  });
}

/** The old trick: a verifier that takes the algorithm from the token checks an HMAC with a key that everybody knows. */
function signedWithPublicKey(key: KeyObject, kid: string, claims: string): string {
  const secret = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  const signed = `${encode({ alg: 'HS256', kid, typ: 'at+jwt' })}.${claims}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
