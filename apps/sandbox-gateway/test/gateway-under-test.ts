import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type RunningGateway } from '../src/gateway';
import { type Settings } from '../src/settings';
import { Receiver } from './receiver';
import { type Answer, type AnyAnswer, type ChargeAnswer } from './wire';

export const SECRET = 'a-secret-for-the-tests-only';

/** What a call may carry besides its body. */
export interface CallOptions {
  readonly headers?: Record<string, string>;
  /** Hangs up. */
  readonly signal?: AbortSignal;
}

/** A real gateway on a free port with a store in a temporary folder, and a receiver for its webhooks. */
export class GatewayUnderTest {
  readonly receiver = new Receiver();
  private readonly folder = mkdtempSync(join(tmpdir(), 'sandbox-gateway-'));
  private running: RunningGateway | null = null;
  private webhookUrl = '';

  async start(changes: Partial<Settings> = {}): Promise<void> {
    this.webhookUrl ||= await this.receiver.listen();
    this.running = await startGateway({
      host: '127.0.0.1',
      port: 0,
      storePath: join(this.folder, 'gateway.sqlite'),
      webhookUrl: this.webhookUrl,
      webhookSecret: SECRET,
      slowMs: 150,
      lostWebhookMs: 400,
      webhookDelayMs: 10,
      ...changes,
    });
  }

  get url(): string {
    return this.running?.url ?? '';
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  async restart(changes: Partial<Settings> = {}): Promise<void> {
    await this.stop();
    await this.start(changes);
  }

  async end(): Promise<void> {
    await this.stop();
    this.receiver.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Asks the gateway over its socket; `body` undefined sends none. */
  async call(method: string, path: string, body?: unknown, more: CallOptions = {}): Promise<Answer> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...type, ...more.headers },
      body: sent,
      signal: more.signal,
    });
    const replayed = response.headers.get('idempotent-replayed') === 'true';
    return { status: response.status, replayed, body: (await response.json()) as AnyAnswer };
  }

  /** Charges 1,000 USD cents; the reference is `ref-` and the key unless `changes` says otherwise. */
  charge(key: string, method: string, changes: object = {}, more: CallOptions = {}): Promise<Answer> {
    const body = { amount: { amount: 1_000, currency: 'USD' }, method, reference: `ref-${key}`, ...changes };
    const headers = { 'idempotency-key': key, ...more.headers };
    return this.call('POST', '/charges', body, { ...more, headers });
  }

  voidKey(key: string): Promise<Answer> {
    return this.call('POST', `/charges/${encodeURIComponent(key)}/void`);
  }

  refund(chargeId: string, key: string, amount: number, currency = 'USD'): Promise<Answer> {
    const body = { amount: { amount, currency } };
    return this.call('POST', `/charges/${chargeId}/refunds`, body, { headers: { 'idempotency-key': key } });
  }

  /** The gateway's own record of a key. */
  async recorded(key: string): Promise<ChargeAnswer[]> {
    const { body } = await this.call('GET', `/charges?idempotencyKey=${encodeURIComponent(key)}`);
    return body.data ?? [];
  }
}
