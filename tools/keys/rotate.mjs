/**
 * `npm run keys:rotate`: adds a signing key beside those that there are, and removes those of which no token is good any
 * more. Running apis see both by themselves; the new key signs once every cache has it. With `-- --revoke <kid>` that key
 * is removed as well, and its tokens with it. `JWT_KEYS_DIR` names the folder; without it, it is that of `npm start`.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scheduleKeys } from '../../libs/platform/src/auth/key-schedule.rules.ts';
import { settingsSchema } from '../../libs/platform/src/config/settings.ts';
import { readEnvironment } from '../supervisor/environment.mjs';
import { main } from '../supervisor/main.mjs';
import { paths } from '../supervisor/paths.mjs';
import { Problem, say } from '../supervisor/problem.mjs';
import { addSigningKey } from '../supervisor/secrets.mjs';

await main(async () => {
  const { JWT_KEYS_DIR: folder = paths.keys, JWT_KEY_LEAD } = readEnvironment();
  const leadSeconds = settingsSchema.shape.JWT_KEY_LEAD.parse(JWT_KEY_LEAD);
  const { revoke } = parseArgs({ options: { revoke: { type: 'string' } } }).values;
  if (!existsSync(folder))
    throw new Problem(`There is no folder ${folder}: start the product once, or name JWT_KEYS_DIR.`);
  if (revoke !== undefined) remove(folder, revoke, 'revoked: its tokens stop working at once');
  say(`${await addSigningKey(folder, nameOfNow())}.pem is published now.`);
  const { signing, retired } = scheduleKeys(keysIn(folder), leadSeconds, Date.now());
  for (const kid of retired) remove(folder, kid, 'removed: none of its tokens is good any more');
  say(
    `${signing}.pem signs; the newest key does from ${leadSeconds} s after its publication on, unless it is the only one.`,
  );
  return 0;
});

/** @param {string} folder */
function keysIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.pem'))
    .map((file) => file.replace(/\.pem$/, ''));
}

/** `2026-01-31T120000Z`: the time in a form that file names may have. */
function nameOfNow() {
  return new Date().toISOString().replace(/:|\.\d+/g, '');
}

function remove(folder, kid, why) {
  if (!keysIn(folder).includes(kid)) throw new Problem(`There is no key ${kid}.`);
  rmSync(join(folder, `${kid}.pem`));
  say(`${kid}.pem is ${why}.`);
}
