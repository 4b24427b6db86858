/** `npm run build`: compiles apps/ and libs/ into dist/, if they have changed since it was done last. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTask } from './supervisor/children.mjs';
import { withLock, writeWhole } from './supervisor/claim.mjs';
import { main, saySeconds } from './supervisor/main.mjs';
import { paths, root } from './supervisor/paths.mjs';
import { lastLines, Problem, say } from './supervisor/problem.mjs';
import { fingerprint } from './supervisor/sources.mjs';

const PARTS = ['apps', 'libs', '.tsbuildinfo'];
const stampPath = join(paths.dist, '.built-from.json');
const next = join(paths.dist, '.next');
const previous = join(paths.dist, '.previous');

/**
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function buildIfChanged() {
  if (isFresh(fingerprint())) return false;
  return withLock(paths.buildLock, 'another build', async () => {
    const sources = fingerprint();
    if (isFresh(sources)) return false;
    const began = Date.now();
    say('Building…');
    prepareNext(sources);
    await compile();
    correctMaps();
    swap(sources);
    saySeconds('Built', began);
    return true;
  });
}

function readStamp() {
  return existsSync(stampPath) ? JSON.parse(readFileSync(stampPath, 'utf8')) : null;
}

const isFresh = ({ hash }) => readStamp()?.hash === hash;

/** A complete copy of what is there lets the compiler emit only what has changed; otherwise it begins from nothing. */
function prepareNext({ settings, files }) {
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  const stamp = readStamp();
  const reusable = stamp?.settings === settings && stamp.files.every((file) => files.includes(file));
  for (const part of reusable ? PARTS : []) cpSync(join(paths.dist, part), join(next, part), { recursive: true });
  const compilerOptions = { outDir: '.', tsBuildInfoFile: '.tsbuildinfo' };
  writeFileSync(join(next, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.build.json', compilerOptions }));
}

async function compile() {
  const nest = join(paths.modules, '@nestjs', 'cli', 'bin', 'nest.js');
  const args = [nest, 'build', '--path', 'dist/.next/tsconfig.json'];
  const { failure, output } = await runTask('build', process.execPath, args, { cwd: root });
  if (failure) throw new Problem('The sources do not compile: correct what it says above.', lastLines(output, 200));
}

/** They were written one folder deeper than they will lie. Computed anew, so those of an earlier build stay right. */
function correctMaps() {
  for (const file of readdirSync(next, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js.map')) continue;
    const map = JSON.parse(readFileSync(join(next, file), 'utf8'));
    const source = relative(join(paths.dist, dirname(file)), join(root, file.replace(/\.js\.map$/, '.ts')));
    if (map.sources[0] !== source) writeFileSync(join(next, file), JSON.stringify({ ...map, sources: [source] }));
  }
}

/** Without its stamp dist is nothing, so an end at any moment in here means a build anew, never a mixture. */
function swap({ hash, settings, files }) {
  rmSync(stampPath, { force: true });
  rmSync(previous, { recursive: true, force: true });
  mkdirSync(previous);
  for (const part of PARTS) {
    if (existsSync(join(paths.dist, part))) renameSync(join(paths.dist, part), join(previous, part));
    renameSync(join(next, part), join(paths.dist, part));
  }
  writeWhole(stampPath, JSON.stringify({ hash, settings, files }));
  rmSync(previous, { recursive: true, force: true });
  rmSync(next, { recursive: true, force: true });
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    if (!(await buildIfChanged())) say('dist/ is up to date.');
    return 0;
  });
}
