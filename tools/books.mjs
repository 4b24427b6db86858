/** `npm run books`: checks what must always be true, in the database of the settings or of the product that runs here. */
import { requireNode20 } from './supervisor/node-version.mjs';

requireNode20();
const { main } = await import('./supervisor/main.mjs');
const { openStateFolder, prepare } = await import('./supervisor/prepare.mjs');

await main(async (stop) => {
  openStateFolder();
  const exitCode = await prepare(stop);
  if (exitCode !== null) return exitCode;
  const { runProgram } = await import('./supervisor/program.mjs'); // needs the packages
  return runProgram(stop, 'dist/apps/worker/src/check-books.js', []);
});
