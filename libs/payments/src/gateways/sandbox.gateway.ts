import { createHmac, timingSafeEqual } from 'node:crypto';
import { Pool } from 'undici';
import type { Config } from '@platform/config';
import { CallTimedOut, CallWithheld, type OutgoingCalls, type Resilience } from '@platform/resilience';
import { signatureInvalid } from '../payments.errors';
import type { ChargeOutcome, OpenOutcome, RefundOutcome } from '../payments.types';
import {
  PaymentGateway,
  REFUND_CALLS,
  type ChargeKey,
  type ChargeRequest,
  type GatewayEvent,
  type ListedCharge,
  type RefundRequest,
} from './payment-gateway';
import {
  eventOf,
  listedOf,
  outcomeOf,
  refundOutcomeOf,
  type SandboxAnswer,
  type SandboxEvent,
  type SandboxList,
} from './sandbox.rules';

const SIGNATURE_TOLERANCE_SECONDS = 300;
const CONNECTIONS = 64;
const PAGE = 100;
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The sandbox gateway, over HTTP. */
export class SandboxGateway extends PaymentGateway {
  readonly provider = 'sandbox';
  private readonly url: string;
  private readonly http: Pool;
  private readonly calls: OutgoingCalls;
  private readonly refundCalls: OutgoingCalls;

  constructor(
    private readonly config: Config,
    resilience: Resilience,
  ) {
    super();
    this.url = config.need('SANDBOX_GATEWAY_URL');
    this.http = new Pool(this.url, { connections: CONNECTIONS });
    const limits = { timeoutMs: config.get('GATEWAY_TIMEOUT') * 1_000, isTransient };
    this.calls = resilience.callsTo(this.provider, limits);
    this.refundCalls = resilience.callsTo(`${this.provider}_refunds`, { ...limits, ...REFUND_CALLS });
  }

  async charge(request: ChargeRequest): Promise<ChargeOutcome> {
    const { key, method, reference, amountMinor, currency, capture } = request;
    const order = { amount: { amount: amountMinor, currency }, method, reference };
    const body = capture === 'manual' ? { ...order, capture: false } : order;
    return this.outcome(() => this.call('POST', '/charges', body, key), true);
  }

  async find({ key }: ChargeKey): Promise<ChargeOutcome> {
    return this.outcome(async () => {
      const { status, body } = await this.call('GET', `/charges?idempotencyKey=${encodeURIComponent(key)}`);
      const [charge] = (body as { data?: object[] }).data ?? [];
      return { status, body: { charge } };
    });
  }

  async capture({ providerRef }: ChargeKey): Promise<ChargeOutcome> {
    return this.outcome(() => this.call('POST', `/charges/${encodeURIComponent(providerRef ?? '')}/capture`));
  }

  async close({ key }: ChargeKey): Promise<ChargeOutcome> {
    return this.outcome(() => this.call('POST', `/charges/${encodeURIComponent(key)}/void`));
  }

  async refund({ key, providerRef, amountMinor, currency }: RefundRequest): Promise<RefundOutcome> {
    const path = `/charges/${encodeURIComponent(providerRef)}/refunds`;
    const body = { amount: { amount: amountMinor, currency } };
    try {
      const call = (signal: AbortSignal) => this.request('POST', path, body, key, signal);
      return refundOutcomeOf(await this.refundCalls.run(call));
    } catch (error) {
      return openOutcomeOf(error);
    }
  }

  async *listCharges(from: Date, to: Date): AsyncIterable<ListedCharge[]> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const { status, body } = await this.call('GET', `/charges?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
      if (status !== 200) throw new Error(`The gateway answered ${status} to a list of charges.`);
      const { data, nextCursor } = body as unknown as SandboxList;
      const charges = data.map(listedOf);
      yield charges.filter(({ createdAt }) => createdAt >= from && createdAt < to);
      const isBehind = charges.some(({ createdAt }) => createdAt < from); // newest first: nothing behind it is newer
      cursor = isBehind ? null : nextCursor;
    }
  }

  readEvent(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): GatewayEvent {
    const header = (name: string) => String(headers[`webhook-${name}`] ?? '');
    const [id, timestamp] = [header('id'), header('timestamp')];
    const age = Math.abs(Date.now() / 1_000 - Number(timestamp));
    if (!(age <= SIGNATURE_TOLERANCE_SECONDS)) throw signatureInvalid();
    const secret = this.config.need('SANDBOX_WEBHOOK_SECRET');
    const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
    const isSigned = header('signature')
      .split(' ')
      .some((signature) => isEqual(signature, `v1,${expected}`));
    if (!isSigned) throw signatureInvalid();
    return eventOf(id, JSON.parse(rawBody.toString('utf8')) as SandboxEvent);
  }

  async probe(): Promise<Record<string, string>> {
    const { status } = await this.request('GET', '/health');
    if (status !== 200) throw new Error(`The gateway answered ${status}.`);
    return { url: this.url };
  }

  async shutDown(): Promise<void> {
    await this.http.close();
  }

  private async outcome(call: () => Promise<SandboxAnswer>, isCharge = false): Promise<ChargeOutcome> {
    try {
      return outcomeOf(await call(), isCharge);
    } catch (error) {
      return openOutcomeOf(error);
    }
  }

  private call(method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<SandboxAnswer> {
    return this.calls.run((signal) => this.request(method, path, body, key, signal));
  }

  private async request(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    key?: string,
    signal?: AbortSignal,
  ): Promise<SandboxAnswer> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    const sent = body ? JSON.stringify(body) : undefined;
    const response = await this.http.request({ method, path, headers, body: sent, signal });
    return { status: response.statusCode, body: (await response.body.json()) as SandboxAnswer['body'] };
  }
}

/** Every call bears a key or changes nothing, so a broken connection may be tried again like a busy gateway. */
function isTransient(answerOrError: unknown): boolean {
  const { status, code } = answerOrError as { status?: number; code?: string };
  if (typeof status === 'number') return status >= 500 || status === 429 || status === 408;
  return typeof code === 'string' && code !== 'UND_ERR_ABORTED';
}

/** A call that was never sent is `unavailable`; one that may have arrived is `unknown`. */
function openOutcomeOf(error: unknown): OpenOutcome {
  if (error instanceof CallWithheld) return { kind: 'withheld', retryAfterMs: error.retryAfterMs };
  if (error instanceof CallTimedOut) return { kind: 'unknown', why: 'timeout' };
  const { code } = error as { code?: string };
  return code !== undefined && NEVER_SENT.has(code) ? { kind: 'unavailable' } : { kind: 'unknown', why: 'lost' };
}

/** In bytes: what came in a header may be longer in UTF-8 than it looks. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
