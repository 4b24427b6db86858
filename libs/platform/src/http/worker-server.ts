import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Config, SettingsError } from '@platform/config';
import { Log, Metrics } from '@platform/observability';
import { Health } from './health';
import { mayReadMetrics } from './metrics-access';

interface WorkerAnswer {
  status: number;
  type: string;
  body: string;
}

/**
 * The worker's own small server, for Prometheus and orchestrators: `/metrics`, `/health/live` and `/health/ready`, as the
 * API has them. Only with WORKER_PORT. A port that is taken ends the start, before any work is taken.
 */
@Injectable()
export class WorkerServer implements OnModuleInit, OnModuleDestroy {
  private server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** Where it listens; undefined without WORKER_PORT. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null | undefined)?.port;
  }

  async onModuleInit(): Promise<void> {
    const [port, host] = [this.config.get('WORKER_PORT'), this.config.get('WORKER_HOST')];
    if (port === undefined) return;
    this.server = createServer((request, response) => void this.handle(request, response));
    this.server.listen({ port, host });
    await once(this.server, 'listening').catch((error: NodeJS.ErrnoException) => {
      throw new SettingsError([cannotListen(port, host, error)]);
    });
  }

  async onModuleDestroy(): Promise<void> {
    if (!this.server?.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.answerTo(request).catch((error: unknown) => {
      this.log.error('worker.request_failed', { error });
      return text(500, 'internal');
    });
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  private async answerTo({ method, url = '', headers, socket }: IncomingMessage): Promise<WorkerAnswer> {
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'method not allowed');
    const [path] = url.split('?');
    if (path === '/health/live') return json(200, { status: 'up', checks: {} });
    if (path === '/health/ready') return this.readiness();
    if (path !== '/metrics') return text(404, 'not found');
    if (!mayReadMetrics(this.config, socket.remoteAddress ?? '', headers.authorization)) return text(403, 'forbidden');
    return { status: 200, type: this.metrics.contentType, body: await this.metrics.text() };
  }

  private async readiness(): Promise<WorkerAnswer> {
    const { isReady, checks } = await this.health.examine();
    const status = isReady ? 'up' : this.health.isDraining ? 'draining' : 'down';
    return json(isReady ? 200 : 503, { status, checks });
  }
}

const text = (status: number, body: string): WorkerAnswer => ({ status, type: 'text/plain; charset=utf-8', body });

const json = (status: number, body: object): WorkerAnswer => ({
  ...{ status, type: 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

function cannotListen(port: number, host: string, { code }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return `WORKER_PORT: port ${port} on ${host} is taken: end the program that uses it, or set another one`;
  return `WORKER_PORT, WORKER_HOST: nobody can listen on port ${port} of ${host} (${code})`;
}
