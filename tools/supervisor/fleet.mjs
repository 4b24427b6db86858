import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureCluster, ensureDatabase } from '../postgres/cluster.mjs';
import { makeOwnFolder, outsideDataFolder } from '../postgres/outside-folder.mjs';
import { findServerHome } from '../postgres/server-home.mjs';
import { runTask } from './children.mjs';
import { paths, root } from './paths.mjs';
import { adminUrl, childEnvironment } from './plan.mjs';
import { lastLines, Problem } from './problem.mjs';
import { describeServices, logPath } from './services.mjs';

/** Everything that one `npm start` runs, started and ended in the right order. */
export class Fleet {
  /** @param {import('./plan.mjs').Plan} plan */
  constructor(plan) {
    this.plan = plan;
  }

  /** The gateway and the mailbox need nobody and load while the database is made; api and worker need its newest schema. */
  async start() {
    process.umask(0o077); // what the services write is nobody else's
    this.database = this.plan.embedded.postgres ? await findDatabase(this.plan.secrets.databaseAdminPassword) : null;
    this.services = describeServices(this.plan, this.database);
    const { gateway, mailbox, api, worker } = this.services;
    await Promise.all([gateway && gateway.start(), mailbox && mailbox.start(), this.#startDatabase()]);
    await Promise.all([api.start(), worker.start()]);
  }

  async #startDatabase() {
    if (this.database) {
      await ensureCluster(this.database.folder, this.database.home, this.plan.secrets.databaseAdminPassword);
      await this.services.postgres.start();
      await ensureDatabase(adminUrl(this.plan), 'countinghouse', this.plan.secrets.databasePassword);
    }
    await this.migrate();
  }

  async migrate() {
    const args = ['dist/apps/api/src/migrate.js'];
    if (this.plan.demoData) args.push('--demo-data');
    const options = { cwd: root, env: childEnvironment(this.plan) };
    const { failure, output } = await runTask('migrate', process.execPath, args, options);
    writeFileSync(logPath('migrate'), output);
    if (!failure) return;
    throw new Problem(`The database could not be brought up to date (${failure}): see above.`, lastLines(output));
  }

  /**
   * From the door inwards: nobody loses what it still needs to finish its work. PostgreSQL is never hurried: it takes
   * its second or so, and the next start needn't replay its log.
   * @param {AbortSignal} [hurry]
   */
  async stop(hurry) {
    const { api, worker, gateway, mailbox, postgres } = this.services ?? {};
    for (const together of [[api], [worker], [gateway, mailbox]]) {
      await Promise.all(together.map((service) => service && service.stop(hurry)));
    }
    if (postgres) await postgres.stop();
  }
}

/** Data stays where it was first made, whatever becomes of the folders above the clone. */
async function findDatabase(adminPassword) {
  const home = await findServerHome();
  const outside = outsideDataFolder(adminPassword);
  const isOutside = !existsSync(paths.database) && (home.outside || (home.user !== null && existsSync(outside)));
  if (isOutside) makeOwnFolder(dirname(outside));
  return { home, folder: isOutside ? outside : paths.database };
}
