/** `npm run build`: compiles apps/ and libs/ into dist/, if they have changed since it was done last. */
import {
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

const PARTS = ['apps', 'libs'];
const stamp = join(paths.dist, '.built-from');
const next = join(paths.dist, '.next');
const previous = join(paths.dist, '.previous');

/**
 * Always the whole of it, into a fresh folder: no file of a removed source lingers, and incremental compilation saves
 * the Nest CLI nothing (3.9 s against 3.5 s).
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function buildIfChanged() {
  if (isMadeFrom(fingerprint())) return false;
  return withLock(paths.buildLock, 'another build', async () => {
    const sources = fingerprint();
    if (isMadeFrom(sources)) return false;
    const began = Date.now();
    say('Building…');
    await compile();
    correctMaps();
    swap(sources);
    saySeconds('Built', began);
    return true;
  });
}

function isMadeFrom(sources) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sources;
}

async function compile() {
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  const compilerOptions = { outDir: '.', tsBuildInfoFile: '.tsbuildinfo' };
  writeFileSync(join(next, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.build.json', compilerOptions }));
  const nest = join(paths.modules, '@nestjs', 'cli', 'bin', 'nest.js');
  const args = [nest, 'build', '--path', 'dist/.next/tsconfig.json'];
  const { failure, output } = await runTask('build', process.execPath, args, { cwd: root });
  if (failure) throw new Problem('The sources do not compile: correct what it says above.', lastLines(output, 200));
}

/** The source maps were written one folder deeper than they will lie. */
function correctMaps() {
  for (const file of readdirSync(next, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js.map')) continue;
    const map = JSON.parse(readFileSync(join(next, file), 'utf8'));
    const source = relative(join(paths.dist, dirname(file)), join(root, file.replace(/\.js\.map$/, '.ts')));
    writeFileSync(join(next, file), JSON.stringify({ ...map, sources: [source] }));
  }
}

/** Without its stamp dist is nothing, so an end at any moment in here means a build anew, never a mixture. */
function swap(sources) {
  rmSync(stamp, { force: true });
  rmSync(previous, { recursive: true, force: true });
  mkdirSync(previous);
  for (const part of PARTS) {
    if (existsSync(join(paths.dist, part))) renameSync(join(paths.dist, part), join(previous, part));
    renameSync(join(next, part), join(paths.dist, part));
  }
  writeWhole(stamp, sources);
  rmSync(previous, { recursive: true, force: true });
  rmSync(next, { recursive: true, force: true });
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    if (!(await buildIfChanged())) say('dist/ is up to date.');
    return 0;
  });
}
