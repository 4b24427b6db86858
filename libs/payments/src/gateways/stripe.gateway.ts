import http from 'node:http';
import https from 'node:https';
import Stripe from 'stripe';
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
import { AMOUNT_NOT_SUPPORTED, toStripeAmount } from './stripe-amounts.rules';
import {
  codeOf,
  eventOf,
  listedOf,
  refundStateOf,
  stateOf,
  type IntentState,
  type StripeIntent,
  type StripeProblem,
  type StripeRefund,
} from './stripe.rules';

const PAGE = 100;
/** Asks for what Stripe keeps, in the answer to a call that is made anyway. */
const FEE = { expand: ['latest_charge.balance_transaction'] };
const PROBE_TIMEOUT_MS = 2_000;
/** Our own deadline comes first; the SDK's only frees its socket. */
const SOCKET_GRACE_MS = 1_000;

/**
 * Stripe, through its SDK. A payment is one PaymentIntent, made without being confirmed and remembered before it is:
 * from then on its own state says whether money has moved, and canceling it closes it for good (decision 15).
 */
export class StripeGateway extends PaymentGateway {
  readonly provider = 'stripe';
  private readonly stripe: Stripe;
  private readonly url: URL;
  private readonly agent: http.Agent;
  private readonly calls: OutgoingCalls;
  private readonly refundCalls: OutgoingCalls;

  constructor(
    private readonly config: Config,
    resilience: Resilience,
  ) {
    super();
    const timeoutMs = config.get('GATEWAY_TIMEOUT') * 1_000;
    this.url = new URL(config.get('STRIPE_API_URL'));
    const isPlain = this.url.protocol === 'http:';
    this.agent = new (isPlain ? http : https).Agent({ keepAlive: true });
    this.stripe = new Stripe(config.need('STRIPE_SECRET_KEY'), {
      protocol: isPlain ? 'http' : 'https',
      host: this.url.hostname,
      port: this.url.port || (isPlain ? 80 : 443),
      httpAgent: this.agent,
      maxNetworkRetries: 0,
      timeout: timeoutMs + SOCKET_GRACE_MS,
      telemetry: false,
    });
    this.calls = resilience.callsTo(this.provider, { timeoutMs, isTransient });
    this.refundCalls = resilience.callsTo(`${this.provider}_refunds`, { timeoutMs, isTransient, ...REFUND_CALLS });
  }

  async charge(request: ChargeRequest): Promise<ChargeOutcome> {
    const made = await this.intentOf(request);
    if ('kind' in made) return made;
    const state = stateOf(made);
    return this.settled(made.id, state.kind === 'unconfirmed' ? await this.confirm(made.id, request) : state);
  }

  async find({ providerRef }: ChargeKey): Promise<ChargeOutcome> {
    if (providerRef === null) return { kind: 'unknown', why: 'in_progress' };
    return this.settled(providerRef, await this.state(() => this.stripe.paymentIntents.retrieve(providerRef, FEE)));
  }

  async capture({ providerRef }: ChargeKey): Promise<ChargeOutcome> {
    if (providerRef === null) return { kind: 'unavailable' };
    return ended(await this.state(() => this.stripe.paymentIntents.capture(providerRef, FEE)));
  }

  /** What was never remembered was never confirmed, and won't be, unless it is remembered before this is written down. */
  async close({ providerRef }: ChargeKey): Promise<ChargeOutcome> {
    if (providerRef === null) return { kind: 'voided', isUnsent: true };
    return ended(await this.state(() => this.stripe.paymentIntents.cancel(providerRef)));
  }

  /** After a call without an answer Stripe's list is looked at first: it remembers for longer than idempotency keys. */
  async refund({ key, providerRef, amountMinor, currency, calls }: RefundRequest): Promise<RefundOutcome> {
    const amount = toStripeAmount({ amountMinor, currency });
    if (amount === null) return { kind: 'failed', failureCode: AMOUNT_NOT_SUPPORTED };
    try {
      const known = calls > 0 ? await this.findRefund(providerRef, key) : undefined;
      if (known) return refundStateOf(known);
      const wanted = { payment_intent: providerRef, amount, metadata: { refund_id: key } };
      const create = (idempotencyKey: string) =>
        this.refundCalls.run<StripeRefund>(() => this.stripe.refunds.create(wanted, { idempotencyKey }));
      return refundStateOf(await create(key).catch(underAnotherKey(create, key, calls)));
    } catch (error) {
      return isRefusal(error) ? { kind: 'failed', failureCode: codeOf(error) } : openOutcomeOf(error);
    }
  }

  async *listCharges(from: Date, to: Date): AsyncIterable<ListedCharge[]> {
    const created = { gte: secondsOf(from), lt: secondsOf(to) };
    for (let after: string | undefined, hasMore = true; hasMore;) {
      const query = { created, limit: PAGE, expand: ['data.latest_charge.balance_transaction'], starting_after: after };
      const page = await this.calls.run(() => this.stripe.paymentIntents.list(query));
      yield page.data.map((intent) => listedOf(intent as StripeIntent)).filter((charge) => charge !== null);
      after = page.data.at(-1)?.id;
      hasMore = page.has_more && after !== undefined;
    }
  }

  readEvent(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): GatewayEvent {
    const signature = String(headers['stripe-signature'] ?? '');
    const secret = this.config.need('STRIPE_WEBHOOK_SECRET');
    try {
      return eventOf(this.stripe.webhooks.constructEvent(rawBody, signature, secret));
    } catch (error) {
      throw error instanceof Stripe.errors.StripeSignatureVerificationError ? signatureInvalid() : error;
    }
  }

  async probe(): Promise<Record<string, string>> {
    await this.stripe.balance.retrieve({}, { timeout: PROBE_TIMEOUT_MS });
    return { url: this.url.origin };
  }

  async shutDown(): Promise<void> {
    this.agent.destroy();
  }

  /** The intent of a payment: the one that is remembered, or a new one, which can't charge before it is confirmed. */
  private async intentOf(request: ChargeRequest): Promise<StripeIntent | ChargeOutcome> {
    const { key, providerRef, calls } = request;
    const amount = toStripeAmount(request);
    if (amount === null) return { kind: 'failed', failureCode: AMOUNT_NOT_SUPPORTED };
    const create = (idempotencyKey: string) =>
      this.calls.run<StripeIntent>(() =>
        this.stripe.paymentIntents.create(intentFor(request, amount), { idempotencyKey }),
      );
    let intent: StripeIntent;
    try {
      intent =
        providerRef === null
          ? await create(key).catch(underAnotherKey(create, key, calls))
          : await this.calls.run<StripeIntent>(() => this.stripe.paymentIntents.retrieve(providerRef));
    } catch (error) {
      if (error instanceof CallWithheld) return openOutcomeOf(error);
      if (providerRef === null && isRefusal(error)) return { kind: 'failed', failureCode: codeOf(error) };
      return { kind: 'unavailable' }; // whatever became of this call, it has moved no money
    }
    if (providerRef === null) await request.remember(intent.id);
    return intent;
  }

  /** Under a key of its own after each failed call: Stripe would answer a stored 500 for a day. */
  private confirm(id: string, { key, calls }: ChargeRequest): Promise<IntentState> {
    const options = { idempotencyKey: `${key}:confirm:${calls}` };
    return this.state(() =>
      this.stripe.paymentIntents.confirm(id, { error_on_requires_action: true, ...FEE }, options),
    );
  }

  /** A declined intent is canceled before its payment fails: another confirmation of it could still succeed. */
  private async settled(id: string, state: IntentState): Promise<ChargeOutcome> {
    if (state.kind !== 'declined') return ended(state);
    const closed = await this.close({ key: id, providerRef: id });
    const isClosed = closed.kind === 'voided' || closed.kind === 'failed';
    return isClosed ? { kind: 'failed', failureCode: state.failureCode, providerRef: id } : closed;
  }

  /** What a call says of its intent; an error of Stripe's may carry the intent as it is. */
  private async state(call: () => Promise<unknown>): Promise<IntentState> {
    try {
      return stateOf((await this.calls.run(call)) as StripeIntent);
    } catch (error) {
      const { payment_intent: intent } = error as { payment_intent?: StripeIntent };
      const state = intent && isRefusal(error) ? stateOf(intent) : undefined;
      if (state && state.kind !== 'unconfirmed') return state;
      if (isCardRefusal(error)) return { kind: 'declined', failureCode: codeOf(error) };
      return openOutcomeOf(error);
    }
  }

  private async findRefund(intentId: string, refundId: string): Promise<StripeRefund | undefined> {
    for (let after: string | undefined, hasMore = true; hasMore;) {
      const query = { payment_intent: intentId, limit: PAGE, starting_after: after };
      const page = await this.refundCalls.run(() => this.stripe.refunds.list(query));
      const found = page.data.find(({ metadata }) => metadata?.['refund_id'] === refundId);
      if (found) return found;
      after = page.data.at(-1)?.id;
      hasMore = page.has_more && after !== undefined;
    }
    return undefined;
  }
}

function intentFor({ key, reference, method, currency, capture }: ChargeRequest, amount: number) {
  return {
    amount,
    currency: currency.toLowerCase(),
    capture_method: capture,
    payment_method_types: ['card'],
    payment_method_data: { type: 'card' as const, card: { token: method } },
    metadata: { payment_id: key, reference },
  };
}

/**
 * For a day Stripe gives the 500 again that it has stored under a key, and says that it is an old answer. Then what is wanted is
 * asked for anew, unless this was the first call: its repetitions came too soon after it to be sure of anything.
 */
function underAnotherKey<Made>(create: (key: string) => Promise<Made>, key: string, calls: number) {
  return (error: unknown): Promise<Made> => {
    const { statusCode = 0, headers } = error as { statusCode?: number; headers?: Record<string, string> };
    if (calls === 0 || statusCode < 500 || headers?.['idempotent-replayed'] !== 'true') throw error;
    return create(`${key}:${calls}`);
  };
}

/** An intent that waits to be confirmed may be about to be: nothing is certain. */
function ended(state: IntentState): ChargeOutcome {
  return state.kind === 'unconfirmed' || state.kind === 'declined' ? { kind: 'unknown', why: 'in_progress' } : state;
}

type StripeFailure = Error & StripeProblem & { type?: string; statusCode?: number; detail?: { code?: string } };

const isTimeout = ({ detail }: StripeFailure) => detail?.code === 'ETIMEDOUT';

function isTransient(answerOrError: unknown): boolean {
  if (!(answerOrError instanceof Stripe.errors.StripeError)) return false;
  const failure = answerOrError as StripeFailure;
  if (failure.type === 'StripeConnectionError') return !isTimeout(failure);
  const status = failure.statusCode ?? 0;
  return status >= 500 || status === 429 || status === 408;
}

/** Stripe's no to what was asked: not to who asks (401, 403), nor for now (409, 429, 5xx). */
function isRefusal(error: unknown): error is StripeFailure {
  const { statusCode } = error as StripeFailure;
  return statusCode === 400 || statusCode === 402 || statusCode === 404;
}

/** The card's no, as opposed to that of an intent in another state, or of one that is not there. */
function isCardRefusal(error: unknown): error is StripeFailure {
  return isRefusal(error) && (error.statusCode === 402 || (error as { param?: string }).param === 'payment_method');
}

function openOutcomeOf(error: unknown): OpenOutcome {
  if (error instanceof CallWithheld) return { kind: 'withheld', retryAfterMs: error.retryAfterMs };
  if (error instanceof CallTimedOut) return { kind: 'unknown', why: 'timeout' };
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const failure = error as StripeFailure;
  if (failure.type !== 'StripeConnectionError')
    return failure.statusCode === 409 ? { kind: 'unknown', why: 'in_progress' } : { kind: 'unavailable' };
  if (isTimeout(failure)) return { kind: 'unknown', why: 'timeout' };
  return failure.detail?.code === 'ECONNREFUSED' ? { kind: 'unavailable' } : { kind: 'unknown', why: 'lost' };
}

const secondsOf = (time: Date) => Math.floor(time.getTime() / 1_000);
