/** `npm run audit:verify`: checks the audit trail of the database in the settings, or of the product that runs here. */
import { requireNode20 } from './supervisor/node-version.mjs';

requireNode20();
const { main } = await import('./supervisor/main.mjs');
const { openStateFolder, prepare } = await import('./supervisor/prepare.mjs');

await main(async (stop) => {
  openStateFolder();
  const exitCode = await prepare(stop);
  if (exitCode !== null) return exitCode;
  const { runProgram } = await import('./supervisor/program.mjs'); // needs the packages
  return runProgram(stop, 'dist/apps/worker/src/verify-audit.js', process.argv.slice(2));
});
