import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { Config } from '@platform/config';
import { PaymentGateway, type ChargeRequest, type GatewayEvent, type RefundRequest } from './payment-gateway';
import { signatureInvalid } from './payments.errors';
import type { ChargeOutcome } from './payments.types';
import { eventOf, outcomeOf, type SandboxAnswer, type SandboxEvent } from './sandbox.rules';

const SIGNATURE_TOLERANCE_SECONDS = 300;
const CONNECTIONS = 64;
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The sandbox gateway, over HTTP. */
@Injectable()
export class SandboxGateway extends PaymentGateway implements OnApplicationShutdown {
  readonly provider = 'sandbox';
  private readonly http: Pool;
  private readonly timeoutMs: number;

  constructor(private readonly config: Config) {
    super();
    this.timeoutMs = config.get('GATEWAY_TIMEOUT') * 1_000;
    this.http = new Pool(config.get('SANDBOX_GATEWAY_URL'), { connections: CONNECTIONS });
  }

  async charge({ key, method, reference, amountMinor, currency }: ChargeRequest): Promise<ChargeOutcome> {
    const body = { amount: { amount: amountMinor, currency }, method, reference };
    return this.outcome(() => this.call('POST', '/charges', body, key), true);
  }

  async find(key: string): Promise<ChargeOutcome> {
    return this.outcome(async () => {
      const { status, body } = await this.call('GET', `/charges?idempotencyKey=${encodeURIComponent(key)}`);
      const [charge] = (body as { data?: object[] }).data ?? [];
      return { status, body: { charge } };
    });
  }

  async close(key: string): Promise<ChargeOutcome> {
    return this.outcome(() => this.call('POST', `/charges/${encodeURIComponent(key)}/void`));
  }

  async refund({ key, providerRef, amountMinor, currency }: RefundRequest) {
    const path = `/charges/${encodeURIComponent(providerRef)}/refunds`;
    const { status, body } = await this.call('POST', path, { amount: { amount: amountMinor, currency } }, key);
    if (status === 200 || status === 201)
      return { kind: 'succeeded' as const, providerRef: (body as { id: string }).id };
    const failureCode = body.error?.code;
    const isRefusal = status < 500 && status !== 408 && status !== 429 && failureCode !== 'key_in_use';
    if (!isRefusal || failureCode === undefined) {
      throw new Error(`The gateway answered a refund with ${status} ${failureCode ?? ''}.`);
    }
    return { kind: 'failed' as const, failureCode };
  }

  readEvent(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): GatewayEvent {
    const header = (name: string) => String(headers[`webhook-${name}`] ?? '');
    const [id, timestamp] = [header('id'), header('timestamp')];
    const age = Math.abs(Date.now() / 1_000 - Number(timestamp));
    if (!(age <= SIGNATURE_TOLERANCE_SECONDS)) throw signatureInvalid();
    const secret = this.config.get('SANDBOX_WEBHOOK_SECRET');
    const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
    const isSigned = header('signature')
      .split(' ')
      .some((signature) => isEqual(signature, `v1,${expected}`));
    if (!isSigned) throw signatureInvalid();
    return eventOf(id, JSON.parse(rawBody.toString('utf8')) as SandboxEvent);
  }

  async probe(): Promise<Record<string, string>> {
    const { status } = await this.call('GET', '/health');
    if (status !== 200) throw new Error(`The gateway answered ${status}.`);
    return { url: this.config.get('SANDBOX_GATEWAY_URL') };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  /** A call that was never sent is `unavailable`; one that may have arrived is `unknown`. */
  private async outcome(call: () => Promise<SandboxAnswer>, isCharge = false): Promise<ChargeOutcome> {
    try {
      return outcomeOf(await call(), isCharge);
    } catch (error) {
      const { name, code } = error as { name: string; code?: string };
      if (code !== undefined && NEVER_SENT.has(code)) return { kind: 'unavailable' };
      return { kind: 'unknown', why: name === 'TimeoutError' ? 'timeout' : 'lost' };
    }
  }

  private async call(method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<SandboxAnswer> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    const response = await this.http.request({
      method,
      path,
      headers,
      body: body ? JSON.stringify(body) : undefined,
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    return { status: response.statusCode, body: (await response.body.json()) as SandboxAnswer['body'] };
  }
}

/** In bytes: what came in a header may be longer in UTF-8 than it looks. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
