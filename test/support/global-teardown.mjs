import { readdirSync, rmSync } from 'node:fs';
import { privateDataInLogs } from './log-privacy.mjs';

/** Ends the services, then reads every log of the run: none may hold what is private. */
export default async function globalTeardown() {
  await endServices();
  const folder = process.env.TEST_LOG_DIR;
  const found = privateDataInLogs(folder);
  const logs = readdirSync(folder).length;
  if (found.length > 0) {
    throw new Error(`Private data in the logs of this run (${folder}):\n${found.slice(0, 20).join('\n')}`);
  }
  process.stdout.write(`${logs} logs of this run hold no private data.\n`);
  rmSync(folder, { recursive: true, force: true });
}

/** Letting go of the services' IPC channel is what ends them; we wait, so that nothing outlives the run. */
async function endServices() {
  const services = globalThis.testServices;
  if (!services?.connected) return;
  const gone = new Promise((resolve) => services.once('exit', resolve));
  services.disconnect();
  services.ref();
  await gone;
}
