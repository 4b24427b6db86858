import { spawn } from 'node:child_process';
import { buildIfChanged } from '../build.mjs';
import { readClaim } from './claim.mjs';
import { readEnvironment, isGiven } from './environment.mjs';
import { isAlive } from './liveness.mjs';
import { paths, root } from './paths.mjs';
import { childEnvironment } from './plan.mjs';
import { Problem } from './problem.mjs';
import { loadSecrets } from './secrets.mjs';

/**
 * Runs one of our short programs with the settings of the product: those that were given, and what `npm start` has
 * filled in where it runs.
 * @param {import('./main.mjs').Stop} stop
 * @param {string} file in dist/
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
export async function runProgram(stop, file, args) {
  const env = settingsNow();
  await buildIfChanged();
  const child = spawn(process.execPath, [file, ...args], { cwd: root, env, stdio: 'inherit' });
  stop.passTo(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function settingsNow() {
  const given = readEnvironment();
  const isElsewhere = isGiven(given, 'DATABASE_URL');
  const running = readClaim(paths.supervisor);
  const isRunning = running && isAlive(running) && running.ports;
  if (!isElsewhere && !isRunning)
    throw new Problem('No database: start the product with npm start, or set DATABASE_URL.');
  // Who only reads the database sends no mail and charges nobody; the settings still have to be complete.
  const ports = {
    PORT: 3000,
    POSTGRES_PORT: 5433,
    MAILBOX_SMTP_PORT: 1025,
    SANDBOX_GATEWAY_PORT: 3400,
    ...running?.ports,
  };
  const embedded = { postgres: !isElsewhere, mailbox: true, gateway: true };
  return childEnvironment({ given, ports, embedded, secrets: loadSecrets() });
}
