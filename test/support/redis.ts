import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually';
import { freePort } from './shop';

/** Where the program `redis-server` is, if it is installed. */
export function findRedisServer(path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether tests that need Redis run: where it is missing they are left out, but never in CI. */
export function isRedisExpected(program = findRedisServer(), ci = process.env['CI']): boolean {
  return program !== undefined || ci === 'true';
}

/** A Redis of a test's own, that forgets everything when it ends. */
export class RedisServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly port: number,
  ) {}

  static async open(): Promise<RedisServer> {
    const program = findRedisServer();
    if (!program)
      throw new Error('redis-server is not installed, and CI=true: install it (apt-get install redis-server).');
    const server = new RedisServer(program, await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const settings = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--bind', '127.0.0.1'];
    this.child = spawn(this.program, ['--port', String(this.port), ...settings], { stdio: 'ignore' });
    await eventually(
      () => this.ask('PING').catch(() => 'away'),
      (answer) => answer === 'PONG',
    );
  }

  /** Freezes it: it takes connections and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Sends one command. */
  async ask(command: string, ...values: string[]): Promise<unknown> {
    const client = new Redis(this.port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(command, ...values);
    } finally {
      client.disconnect();
    }
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.child?.once('exit', resolve));
    if (this.child?.kill('SIGKILL')) await ended;
    this.child = undefined;
  }
}
