import { join } from 'node:path';
import { untilAccepting, serverProgram } from '../postgres/cluster.mjs';
import { paths, root } from './paths.mjs';
import { adminUrl, childEnvironment } from './plan.mjs';
import { readyMessage, Service } from './service.mjs';

/** A laptop's PostgreSQL with nothing taken from its promises: fsync and its like stay on. */
const SERVER_SETTINGS = {
  shared_buffers: '256MB',
  max_connections: '100',
  random_page_cost: '1.1',
  max_wal_size: '2GB',
  wal_compression: 'on',
  log_min_duration_statement: '2000',
};

export const logPath = (name) => join(paths.logs, `${name}.log`);

/** @typedef {import('./plan.mjs').Plan} Plan */

/**
 * The five long-running programs by name. `endsWithinMs` of all of them together stays under ten seconds.
 * @param {Plan} plan
 * @param {{ folder: string, home: import('../postgres/server-home.mjs').ServerHome } | null} database
 */
export function describeServices(plan, database) {
  const env = childEnvironment(plan);
  const { ports, embedded } = plan;
  const api = nodeService('api', 4000, env, ['dist/apps/api/src/main.js']);
  const worker = nodeService('worker', 3000, env, ['dist/apps/worker/src/main.js']);
  const gateway =
    embedded.gateway &&
    nodeService('gateway', 800, { ...env, HOST: '127.0.0.1' }, [
      '--disable-warning=ExperimentalWarning', // node:sqlite
      'dist/apps/sandbox-gateway/src/main.js',
    ]);
  const mailbox =
    embedded.mailbox &&
    nodeService('mailbox', 800, env, [
      'tools/supervisor/mailbox.mjs',
      String(ports.MAILBOX_SMTP_PORT),
      String(ports.MAILBOX_WEB_PORT),
      paths.mail,
    ]);
  return { api, worker, gateway, mailbox, postgres: database && postgresService(plan, database) };
}

function nodeService(name, endsWithinMs, env, args) {
  return new Service({
    name,
    command: process.execPath,
    args,
    options: { cwd: root, env },
    endsWithinMs,
    untilReady: readyMessage,
    logPath: logPath(name),
  });
}

function postgresService(plan, { folder, home }) {
  return new Service({
    name: 'postgres',
    ...serverProgram(folder, home, plan.ports.POSTGRES_PORT, SERVER_SETTINGS),
    endsWithinMs: 1200,
    talks: false,
    untilReady: (server) => untilAccepting(adminUrl(plan), server),
    readyWithinMs: 300_000, // after a crash it replays its log first
    logPath: logPath('postgres'),
  });
}
