/** `npm start` and `npm run dev`: from a fresh clone to a running product. Runs under any Node from 20 on. */
import { requireNode20 } from './supervisor/node-version.mjs';

requireNode20();
const { main } = await import('./supervisor/main.mjs');
const { becomeSupervisor, openStateFolder, prepare } = await import('./supervisor/prepare.mjs');

await main(async (stop) => {
  openStateFolder();
  const supervision = await becomeSupervisor(stop);
  const exitCode = await prepare(stop);
  if (exitCode !== null) return exitCode;
  const { run } = await import('./supervisor/run.mjs'); // needs the packages
  return run(stop, supervision, { watch: process.argv.includes('--watch') });
});
