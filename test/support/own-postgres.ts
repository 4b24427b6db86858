import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setting } from './database';

interface Home {
  user: { uid: number; gid: number } | null;
}

interface Cluster {
  ensureCluster(folder: string, home: Home, password: string): Promise<void>;
  serverProgram(
    folder: string,
    home: Home,
    port: number,
    settings: object,
  ): { command: string; args: string[]; options: object };
  untilAccepting(url: string, server: ChildProcess): Promise<void>;
}

const PASSWORD = 'only-for-this-test';

/**
 * A durable PostgreSQL of a test's own, to be killed and started again. It lives in the folder of the run's services, which
 * end it when the test has not.
 */
export class OwnPostgres {
  private server!: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly home: Home,
    private readonly port: number,
    private readonly cluster: Cluster,
  ) {}

  static async start(port: number): Promise<OwnPostgres> {
    const tools = join(process.cwd(), 'tools/postgres');
    const { findServerHome } = (await import(join(tools, 'server-home.mjs'))) as { findServerHome(): Promise<Home> };
    const cluster = (await import(join(tools, 'cluster.mjs'))) as Cluster;
    const folder = mkdtempSync(join(setting('TEST_SERVICES_DIR'), 'own-'));
    chmodSync(folder, 0o711); // PostgreSQL's user must get through, not look around
    const postgres = new OwnPostgres(join(folder, 'data'), await findServerHome(), port, cluster);
    await cluster.ensureCluster(postgres.folder, postgres.home, PASSWORD);
    await postgres.run();
    return postgres;
  }

  get url(): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts the server and waits until it takes connections, after a crash when it has replayed its log. */
  async run(): Promise<void> {
    const { command, args, options } = this.cluster.serverProgram(this.folder, this.home, this.port, {
      max_connections: '100',
    });
    this.server = spawn(command, args, { ...options, stdio: 'ignore' });
    await this.cluster.untilAccepting(this.url, this.server);
  }

  /** Ends it at once, without a checkpoint: SIGQUIT is PostgreSQL's own crash, its children end with it. */
  async crash(): Promise<void> {
    const ended = once(this.server, 'exit');
    this.server.kill('SIGQUIT');
    await ended;
  }

  async remove(): Promise<void> {
    await this.crash();
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }
}
