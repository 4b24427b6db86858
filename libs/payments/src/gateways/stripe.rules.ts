import type { Amount, ChargeOutcome, RefundOutcome } from '../payments.types';
import { fromStripeAmount } from './stripe-amounts.rules';

/** What we read of Stripe's PaymentIntent. */
export interface StripeIntent {
  id: string;
  object?: string;
  status: string;
  amount: number;
  currency: string;
  /** Seconds since 1970. */
  created: number;
  metadata: Record<string, string>;
  last_payment_error?: StripeProblem | null;
  latest_charge?: string | StripeCharge | null;
}

/** What we read of Stripe's Charge. */
export interface StripeCharge {
  amount_refunded: number;
  /** Not there before the money is: Stripe may take it shortly after it has said yes. */
  balance_transaction?: string | { fee: number; currency: string } | null;
}

/** What we read of Stripe's Refund. */
export interface StripeRefund {
  id: string;
  object?: string;
  status: string | null;
  failure_reason?: string | null;
  metadata?: Record<string, string> | null;
}

/** What we read of Stripe's errors. */
export interface StripeProblem {
  code?: string | null;
  decline_code?: string | null;
}

/**
 * Where an intent stands. `unconfirmed`: no money can move before we confirm it. `declined`: the bank said no, and yet
 * another confirmation could succeed, so it has to be canceled before the payment may fail.
 */
export type IntentState = ChargeOutcome | { kind: 'unconfirmed' } | { kind: 'declined'; failureCode: string };

/** Reads an intent's state from the object itself, never from the order in which things arrive. */
export function stateOf({ id, status, last_payment_error: problem, latest_charge: charge }: StripeIntent): IntentState {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', providerRef: id, ...feeOf(charge) };
    case 'requires_capture':
      return { kind: 'authorized', providerRef: id };
    case 'canceled': // after a decline it was canceled because of that
      return problem
        ? { kind: 'failed', failureCode: codeOf(problem), providerRef: id }
        : { kind: 'voided', providerRef: id };
    case 'requires_action':
      return { kind: 'declined', failureCode: 'authentication_required' }; // the buyer is not there to be asked
    case 'requires_payment_method':
    case 'requires_confirmation':
      return problem ? { kind: 'declined', failureCode: codeOf(problem) } : { kind: 'unconfirmed' };
    default:
      return { kind: 'unknown', why: 'in_progress' };
  }
}

/** Why a card was refused, in Stripe's words; the bank's own reason where it gives one. */
export function codeOf({ code, decline_code: reason }: StripeProblem): string {
  return reason && reason !== 'generic_decline' ? reason : (code ?? 'card_declined');
}

/** Where a refund stands. */
export function refundStateOf({ id, status, failure_reason: reason }: StripeRefund): RefundOutcome {
  if (status === 'succeeded') return { kind: 'succeeded', providerRef: id };
  if (status === 'failed' || status === 'canceled')
    return { kind: 'failed', failureCode: reason ?? `refund_${status}`, providerRef: id };
  return { kind: 'unknown', why: 'in_progress' };
}

const LISTED = { succeeded: 'succeeded', requires_capture: 'authorized', canceled: 'voided' } as const;

/** An intent of Stripe's list, in our words; null for one that is not finished. */
export function listedOf({ id, status, amount, currency, created, metadata, latest_charge: charge }: StripeIntent) {
  const listed = LISTED[status as keyof typeof LISTED];
  if (listed === undefined) return null;
  return {
    providerRef: id,
    paymentId: oursOf(metadata, 'payment_id') ?? null,
    status: listed,
    amountMinor: fromStripeAmount(amount, currency),
    currency: currency.toUpperCase(),
    refundedMinor:
      typeof charge === 'object' && charge !== null ? fromStripeAmount(charge.amount_refunded, currency) : 0,
    ...feeOf(charge),
    createdAt: new Date(created * 1_000),
  };
}

/** What Stripe keeps of a charge, where it was asked for it and knows it already. */
function feeOf(charge: StripeIntent['latest_charge']): { fee?: Amount } {
  const balance = typeof charge === 'object' ? charge?.balance_transaction : null;
  if (typeof balance !== 'object' || balance === null) return {};
  const { fee, currency } = balance;
  return { fee: { amountMinor: fromStripeAmount(fee, currency), currency: currency.toUpperCase() } };
}

/** What a webhook says, in our words. */
export function eventOf({ id, type, data }: { id: string; type: string; data?: { object?: unknown } }) {
  const object = (data?.object ?? {}) as Partial<StripeIntent & StripeRefund>;
  const known = { id, type };
  if (object.object === 'refund') {
    const refundId = oursOf(object.metadata, 'refund_id');
    return refundId ? { ...known, refund: { id: refundId, outcome: refundStateOf(object as StripeRefund) } } : known;
  }
  if (object.object !== 'payment_intent') return known;
  const state = stateOf(object as StripeIntent);
  // A decline settles nothing: whoever has asked cancels the intent first.
  const charge = state.kind === 'declined' || state.kind === 'unconfirmed' ? undefined : state;
  return { ...known, paymentId: oursOf(object.metadata, 'payment_id'), charge };
}

/** Our ids, in what anybody at Stripe may have written. */
function oursOf(metadata: Record<string, string> | null | undefined, name: string): string | undefined {
  const id = metadata?.[name];
  return id !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : undefined;
}
