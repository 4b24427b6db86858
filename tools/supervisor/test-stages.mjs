import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfChanged } from '../build.mjs';
import { runTask } from './children.mjs';
import { paths, root } from './paths.mjs';
import { report, say } from './problem.mjs';

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {string} [note]
 */

/** @type {Array<[string, () => Promise<Count>]>} each check counts as one test */
const CHECKS = [
  ['Format', () => npmScript('check:format')],
  ['Lint', () => npmScript('check:lint')],
  ['Types', () => npmScript('check:types')],
];

/**
 * @param {string[]} jestArgs
 * @returns {Promise<number>} exit code
 */
export async function runStages(jestArgs) {
  const results = [await timed('Build', build)];
  const rest = [...CHECKS, ['Tests', () => jest(jestArgs)]];
  for (const [name, stage] of results[0].failed > 0 ? [] : rest) results.push(await timed(name, stage));
  say('\nSummary');
  for (const { name, passed, failed, note, seconds } of results) {
    const verdict = failed > 0 ? 'FAILED' : 'ok';
    const counts = passed + failed > 1 ? `${passed} passed, ${failed} failed` : '';
    say(
      `  ${name.padEnd(8)}${verdict.padEnd(8)}${`${seconds.toFixed(1)} s`.padStart(8)}  ${[counts, note].filter(Boolean).join(', ')}`,
    );
  }
  const sum = (of) => results.reduce((total, result) => total + result[of], 0);
  say(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 ? 1 : 0;
}

async function timed(name, stage) {
  say(`\n== ${name}`);
  const began = Date.now();
  const count = await stage();
  const seconds = (Date.now() - began) / 1000;
  say(`== ${name}: ${count.failed > 0 ? 'FAILED' : 'ok'} after ${seconds.toFixed(1)} s`);
  return { name, seconds, ...count };
}

const one = (isGood) => ({ passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 });

async function build() {
  try {
    if (!(await buildIfChanged())) say('dist/ is up to date.');
    return one(true);
  } catch (error) {
    report(error);
    return one(false);
  }
}

/** package.json says what a check is, so that `npm run check` and this can't differ. */
async function npmScript(name) {
  return one(await runShown(name, 'npm', ['run', '--silent', name]));
}

async function jest(extraArgs) {
  const folder = mkdtempSync(join(tmpdir(), 'countinghouse-jest-'));
  const resultPath = join(folder, 'result.json');
  const args = [join(paths.modules, 'jest/bin/jest.js'), '--json', `--outputFile=${resultPath}`];
  const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules` };
  try {
    const good = await runShown('jest', process.execPath, [...args, ...extraArgs], env);
    return countTests(JSON.parse(readFileSync(resultPath, 'utf8')), good);
  } catch {
    return { ...one(false), note: 'Jest ended without a result' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A spec file that can't even be loaded, and a failure outside of all tests, count as one failed test each. */
function countTests(result, good) {
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests + result.numTodoTests;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && !good ? 1 : failed,
    note: skipped > 0 ? `${skipped} skipped` : undefined,
  };
}

/** What the program says goes to stdout as it comes: it is the log. */
async function runShown(name, command, args, env = process.env) {
  const stdio = ['ignore', 'inherit', process.stdout.fd];
  const { failure } = await runTask(name, command, args, { cwd: root, env, stdio });
  return failure === null;
}
