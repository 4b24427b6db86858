import { randomInt, randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessTokens } from '@platform/auth';
import { createApp } from '../../apps/api/src/create-app';
import { ApiClient } from './api-client';
import { Program } from './child-process';
import { setting, TestDatabase } from './database';
import { newLogFile } from './logs';

/** What a spec file needs of the product. */
export interface ShopOptions {
  /** Starts a built worker. */
  worker?: boolean;
  /** A database of the test's own instead of a copy of the template; `prepare` migrates it. */
  databaseUrl?: string;
  prepare?: (settings: Record<string, string>) => Promise<void>;
  /** Settings that differ from the tests' own, by their names. */
  settings?: Record<string, string>;
}

const SECRET = 'a-secret-that-only-the-tests-know-0123456789';

/**
 * The product as it runs: the api on a real socket in this process, a built gateway and worker beside it, a database of
 * its own. `const shop = await Shop.open()` in beforeAll, `await shop.close()` in afterAll.
 */
export class Shop {
  app!: NestFastifyApplication;
  worker: Program | undefined;
  gateway!: Program;
  private readonly started: Program[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'countinghouse-shop-'));

  private constructor(
    readonly db: TestDatabase,
    readonly port: number,
    readonly gatewayUrl: string,
    /** The settings that the product's processes run with. */
    readonly settings: Record<string, string>,
  ) {}

  static async open({ worker = false, settings = {}, databaseUrl, prepare }: ShopOptions = {}): Promise<Shop> {
    const [db, port, gatewayPort] = await Promise.all([TestDatabase.create(databaseUrl), freePort(), freePort()]);
    const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
    const shop = new Shop(db, port, gatewayUrl, { ...settingsFor(db.url, port, gatewayUrl), ...settings });
    await prepare?.(shop.settings);
    await shop.startGateway(gatewayPort);
    await shop.startApi();
    if (worker) await shop.startWorker();
    return shop;
  }

  /** The API, as nobody. */
  get api(): ApiClient {
    return new ApiClient(`http://127.0.0.1:${this.port}`);
  }

  /** The API as a new user with these roles. The token is real; the user exists in it only, which is enough for orders. */
  as(...roles: string[]): ApiClient & { userId: string } {
    const userId = randomUUID();
    const token = this.app.get(AccessTokens, { strict: false }).issue({ id: userId, roles }, randomUUID());
    return Object.assign(this.api.as(token), { userId });
  }

  /** The API as a user of the demo data, signed in over HTTP. */
  async signIn(role: 'admin' | 'support' | 'warehouse' | 'customer'): Promise<ApiClient> {
    const { body } = await this.api.post('/auth/login', { email: `${role}@demo.test`, password: 'countinghouse-demo' });
    return this.api.as(body.accessToken);
  }

  /** @param fault where it is to break, see fault-hook.cjs */
  async startWorker(settings: Record<string, string> = {}, fault?: string): Promise<Program> {
    this.worker = await Program.start('worker/src/main.js', { ...this.settings, ...settings }, fault);
    this.started.push(this.worker);
    return this.worker;
  }

  /** A built api beside the one in this process, on the same database. */
  async startApiProcess(
    settings: Record<string, string> = {},
    fault?: string,
  ): Promise<{ program: Program; api: ApiClient }> {
    const port = await freePort();
    const program = await Program.start(
      'api/src/main.js',
      { ...this.settings, ...settings, PORT: String(port) },
      fault,
    );
    return { program, api: new ApiClient(`http://127.0.0.1:${port}`) };
  }

  /** What the gateway really did for an order. */
  async chargesFor(
    orderId: string,
  ): Promise<
    Array<{ id: string; idempotencyKey: string; status: string; refunded: number; amount: { amount: number } }>
  > {
    const response = await fetch(`${this.gatewayUrl}/charges?reference=${orderId}`);
    return ((await response.json()) as { data: never[] }).data;
  }

  async close(): Promise<void> {
    await this.worker?.stop();
    await Promise.all(this.started.map((worker) => worker.kill())); // what a test that failed left halted
    await this.app?.close();
    await this.gateway?.stop();
    await this.db.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The gateway as it was before it was stopped: at the same address, with the same store. */
  startGatewayAgain(): Promise<void> {
    return this.startGateway(Number(new URL(this.gatewayUrl).port));
  }

  private async startGateway(port: number): Promise<void> {
    this.gateway = await Program.start('sandbox-gateway/src/main.js', {
      SANDBOX_GATEWAY_PORT: String(port),
      SANDBOX_GATEWAY_STORE: join(this.folder, 'gateway.sqlite'),
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${this.port}/api/v1/webhooks/payments/sandbox`,
      SANDBOX_WEBHOOK_SECRET: SECRET,
      SANDBOX_SLOW_MS: this.settings['SANDBOX_SLOW_MS'] ?? '20000',
      SANDBOX_LOST_WEBHOOK_MS: this.settings['SANDBOX_LOST_WEBHOOK_MS'] ?? '10000',
    });
  }

  private async startApi(): Promise<void> {
    Object.assign(process.env, this.settings);
    this.app = await createApp();
    await this.app.listen({ port: this.port, host: '127.0.0.1' });
  }
}

/** The tests' own settings, complete. */
export function settingsFor(databaseUrl: string, port: number, gatewayUrl: string): Record<string, string> {
  return {
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    SMTP_URL: setting('TEST_SMTP_URL'),
    JWT_KEYS_DIR: setting('TEST_KEYS_DIR'),
    APP_SECRET: SECRET,
    ENCRYPTION_KEYS: `tests:${Buffer.alloc(32, SECRET).toString('base64url')}`,
    SANDBOX_GATEWAY_URL: gatewayUrl,
    SANDBOX_WEBHOOK_SECRET: SECRET,
    RATE_LIMIT_DEFAULT: '100000/60',
    RATE_LIMIT_AUTH: '1000/60',
    RATE_LIMIT_REGISTER: '10000/60',
    LOG_FILE: newLogFile('api in jest'),
  };
}

/**
 * A port that nobody listens on now; the gateway must know the API's before either is up. Below those that the system gives to
 * outgoing connections: one of them could take it in the moment before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
