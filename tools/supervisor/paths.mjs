import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. Its real path, so that two ways to the same folder are one product. */
export const root = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

const state = join(root, '.data');

export const paths = {
  state,
  supervisor: join(state, 'supervisor.json'),
  installLock: join(state, 'install.lock'),
  buildLock: join(state, 'build.lock'),
  logs: join(state, 'logs'),
  keys: join(state, 'keys'),
  mail: join(state, 'mail'),
  compileCache: join(state, 'compile-cache'),
  secrets: join(state, 'secrets.json'),
  database: join(state, 'postgres'),
  gatewayStore: join(state, 'sandbox-gateway.sqlite'),
  dist: join(root, 'dist'),
  modules: join(root, 'node_modules'),
  node: join(root, 'node_modules', 'node', 'bin', 'node'),
};
