import { generateKeyPair, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeWhole } from './claim.mjs';
import { paths } from './paths.mjs';
import { Problem } from './problem.mjs';

const NAMES = ['databaseAdminPassword', 'databasePassword', 'webhookSecret', 'appSecret', 'encryptionKeys'];

/** 256 bits, in letters that need no escaping in an address or a file. */
export function newSecret() {
  return randomBytes(32).toString('base64url');
}

/**
 * The secrets of this clone, made at the first start. They are never printed.
 * @returns {Record<'databaseAdminPassword' | 'databasePassword' | 'webhookSecret' | 'appSecret' | 'encryptionKeys', string>}
 */
export function loadSecrets() {
  const kept = existsSync(paths.secrets) ? readKept() : {};
  const missing = NAMES.filter((name) => !kept[name]);
  for (const name of missing) kept[name] = name === 'encryptionKeys' ? `first:${newSecret()}` : newSecret();
  if (missing.length > 0) writeWhole(paths.secrets, JSON.stringify(kept, null, 2));
  return kept;
}

function readKept() {
  try {
    return JSON.parse(readFileSync(paths.secrets, 'utf8'));
  } catch (error) {
    throw new Problem(
      `.data/secrets.json can't be read (${error.code ?? 'it is not JSON'}): restore it, or remove the folder .data and lose its data.`,
    );
  }
}

/**
 * A folder with at least one RSA key, from which the API signs its access tokens.
 * @param {string} folder
 * @param {Date} today
 */
export async function ensureSigningKey(folder, today = new Date()) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).some((file) => file.endsWith('.pem'))) return;
  await addSigningKey(folder, today.toISOString().slice(0, 10));
}

/**
 * Writes a new RSA key, whole or not at all.
 * @param {string} folder
 * @param {string} time with which its name begins
 * @returns {Promise<string>} the key's id
 */
export async function addSigningKey(folder, time) {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const kid = `${time}-${randomBytes(3).toString('hex')}`;
  writeWhole(join(folder, `${kid}.pem`), privateKey);
  return kid;
}
