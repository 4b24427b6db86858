import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];

/**
 * What dist/ is made from. Contents, not times: a `git checkout` back and forth changes nothing.
 * @returns {{ hash: string, settings: string, files: string[] }} `settings` is the hash of what every file depends on
 */
export function fingerprint() {
  const settings = createHash('sha256').update(process.version);
  for (const name of SETTINGS) settings.update(readFileSync(join(root, name)));
  const settingsHash = settings.digest('hex');
  const files = ['apps', 'libs'].flatMap(listSources).sort();
  const all = createHash('sha256').update(settingsHash);
  for (const file of files) all.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return { hash: all.digest('hex'), settings: settingsHash, files };
}

function listSources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
