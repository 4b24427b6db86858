/** `npm test`: every check there is, in order, each one even if another has failed. `npm test -- orders` passes on to Jest. */
import { requireNode20 } from './supervisor/node-version.mjs';

requireNode20();
const { main } = await import('./supervisor/main.mjs');
const { openStateFolder, prepare } = await import('./supervisor/prepare.mjs');
const { report, say } = await import('./supervisor/problem.mjs');

await main(async (stop) => {
  try {
    openStateFolder();
    const exitCode = await prepare(stop);
    if (exitCode !== null) return exitCode;
  } catch (error) {
    report(error);
    say('0 passed, 1 failed'); // whoever reads the log finds its last line as always
    return 1;
  }
  const { runStages } = await import('./supervisor/test-stages.mjs'); // needs the packages
  return runStages(process.argv.slice(2));
});
