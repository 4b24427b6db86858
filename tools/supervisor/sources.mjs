import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];

/** @returns {string[]} what is compiled into dist/, relative to the clone */
export function listSources() {
  return ['apps', 'libs']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** A hash of all that dist/ is made from. Contents, not times: a `git checkout` back and forth changes nothing. */
export function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...SETTINGS, ...listSources()]) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** @returns {Map<string, string>} by source file something that changes when it is written; cheap enough to ask often */
export function snapshot() {
  const files = new Map();
  for (const file of listSources()) {
    const found = statSync(join(root, file), { throwIfNoEntry: false });
    if (found) files.set(file, `${found.mtimeMs}/${found.size}/${found.ino}`);
  }
  return files;
}
