import { setTimeout as delay } from 'node:timers/promises';
import { formIn, textIn, textsIn, type Form } from './form';
import { missing, newId, nowInSeconds, StripeRefusal, unexpectedState, type Intent, type Refund } from './objects';

/** What a card does when an intent is confirmed with it. Others are charged. */
const DECLINES: Record<string, { code: string; decline_code?: string }> = {
  tok_chargeDeclined: { code: 'card_declined', decline_code: 'generic_decline' },
  tok_chargeDeclinedInsufficientFunds: { code: 'card_declined', decline_code: 'insufficient_funds' },
  tok_authenticationRequired: { code: 'authentication_required' },
};

/** Tells the world of an object that has changed. */
export type Announce = (type: string, object: object) => void;

/** Intents and refunds of a Stripe account, with the rules of their states. */
export class StripeAccount {
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, Refund>();
  /** How refunds of this many minor units end; others succeed. */
  readonly refundEnds = new Map<number, Refund['status']>();
  /** What Stripe keeps, once it knows. */
  feeOf: (intent: Intent) => { fee: number; currency: string } | null = () => null;
  private readonly cards = new Map<string, string>();

  constructor(
    private readonly announce: Announce,
    /** How long `tok_slow` takes to be charged. */
    private readonly slowMs: number,
  ) {}

  create(form: Form): Intent {
    const card = textIn(formIn(formIn(form, 'payment_method_data'), 'card'), 'token') ?? '';
    if (card === 'tok_unknown')
      throw new StripeRefusal(400, {
        type: 'invalid_request_error',
        code: 'resource_missing',
        message: 'No such token',
      });
    const intent: Intent = {
      ...{ id: newId('pi'), object: 'payment_intent', livemode: false, created: nowInSeconds() },
      ...{ amount: Number(textIn(form, 'amount')), amount_capturable: 0, amount_received: 0 },
      currency: textIn(form, 'currency') ?? '',
      capture_method: textIn(form, 'capture_method') === 'manual' ? 'manual' : 'automatic',
      status: 'requires_confirmation',
      metadata: textsIn(formIn(form, 'metadata')),
      ...{ last_payment_error: null, latest_charge: null },
    };
    this.intents.set(intent.id, intent);
    this.cards.set(intent.id, card);
    return { ...intent };
  }

  cardOf(id: string): string {
    return this.cards.get(id) ?? '';
  }

  async confirm(id: string, form: Form = {}): Promise<Intent> {
    if (this.cardOf(id) === 'tok_slow') await delay(this.slowMs);
    const intent = this.intent(id);
    if (intent.status !== 'requires_confirmation' && intent.status !== 'requires_payment_method')
      throw unexpectedState(intent);
    const decline = DECLINES[this.cardOf(id)];
    const isAskedFirst = this.cardOf(id) === 'tok_threeDSecure' || decline?.code === 'authentication_required';
    // Somebody whom nobody asks keeps such an intent waiting for ever: hence the flag, which older versions don't know.
    if (isAskedFirst && (!decline || textIn(form, 'error_on_requires_action') !== 'true'))
      return this.change(intent, { status: 'requires_action' });
    if (decline) throw this.decline(intent, decline);
    intent.latest_charge = newId('ch');
    if (intent.capture_method === 'manual')
      return this.change(intent, { status: 'requires_capture', amount_capturable: intent.amount });
    return this.change(intent, { status: 'succeeded', amount_received: intent.amount });
  }

  capture(id: string): Intent {
    const intent = this.intent(id);
    if (intent.status !== 'requires_capture') throw unexpectedState(intent);
    return this.change(intent, { status: 'succeeded', amount_received: intent.amount, amount_capturable: 0 });
  }

  cancel(id: string): Intent {
    const intent = this.intent(id);
    if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpectedState(intent);
    return this.change(intent, { status: 'canceled', amount_capturable: 0 });
  }

  retrieve(id: string): Intent {
    return { ...this.intent(id) };
  }

  refund(form: Form): Refund {
    const intent = this.intent(textIn(form, 'payment_intent') ?? '');
    const amount = Number(textIn(form, 'amount'));
    if (intent.status !== 'succeeded' || this.refundedOf(intent.id) + amount > intent.amount)
      throw new StripeRefusal(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
    const refund: Refund = {
      ...{ id: newId('re'), object: 'refund', amount, currency: intent.currency, payment_intent: intent.id },
      ...{ status: this.refundEnds.get(amount) ?? 'succeeded', metadata: textsIn(formIn(form, 'metadata')) },
      created: nowInSeconds(),
    };
    this.refunds.set(refund.id, refund);
    this.announce('refund.created', refund);
    return { ...refund };
  }

  /** Banks decide later how a refund ends that was `pending`, and return the money of some that had succeeded. */
  endRefund(id: string, status: 'succeeded' | 'failed'): void {
    const refund = this.refunds.get(id) as Refund;
    Object.assign(refund, { status }, status === 'failed' ? { failure_reason: 'expired_or_canceled_card' } : {});
    const types = status === 'failed' ? ['refund.failed', 'refund.updated'] : ['refund.updated'];
    for (const type of [...types, 'charge.refund.updated']) this.announce(type, refund);
  }

  /** What has gone back, or is about to, of an intent. */
  refundedOf(intentId: string): number {
    return [...this.refunds.values()]
      .filter(({ payment_intent: of, status }) => of === intentId && status !== 'failed')
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  private decline(intent: Intent, decline: { code: string; decline_code?: string }): StripeRefusal {
    const error = { type: 'card_error', message: 'Your card was declined.', ...decline };
    this.change(intent, { status: 'requires_payment_method', last_payment_error: error });
    return new StripeRefusal(402, { ...error, payment_intent: { ...intent } });
  }

  private change(intent: Intent, change: Partial<Intent>): Intent {
    Object.assign(intent, change);
    const event = { succeeded: 'succeeded', canceled: 'canceled', requires_capture: 'amount_capturable_updated' };
    this.announce(`payment_intent.${event[intent.status as keyof typeof event] ?? 'payment_failed'}`, { ...intent });
    return { ...intent };
  }

  private intent(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent) throw missing(id);
    return intent;
  }
}
