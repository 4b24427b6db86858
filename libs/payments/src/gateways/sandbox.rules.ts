import type { ChargeOutcome, RefundOutcome } from '../payments.types';
import { storableText } from './storable.rules';

const MAX_FAILURE_CODE = 100;

/** A charge as the sandbox gateway shows it. */
export interface SandboxCharge {
  id: string;
  idempotencyKey: string;
  status: 'succeeded' | 'failed' | 'voided' | 'authorized';
  failureCode?: string;
}

/** A charge in the list of the sandbox gateway. */
export interface SandboxListed extends SandboxCharge {
  reference: string;
  amount: { amount: number; currency: string };
  refunded: number;
  createdAt: string;
}

/** A page of that list. */
export interface SandboxList {
  data: SandboxListed[];
  nextCursor: string | null;
}

/** An answer of the sandbox gateway; a charge stands in it bare, or beside an error. */
export interface SandboxAnswer {
  status: number;
  body: Partial<SandboxCharge> & { charge?: Partial<SandboxCharge> | null; error?: { code: string }; status?: string };
}

/** A webhook of the sandbox gateway; of a kind that we don't know it may carry anything. */
export interface SandboxEvent {
  type?: string;
  data?: { charge?: Partial<SandboxCharge>; refund?: { id: string; idempotencyKey: string } };
}

/** What an answer says of the charge. @param isCharge whether it was asked to charge, so that a refusal is one */
export function outcomeOf({ status, body }: SandboxAnswer, isCharge: boolean): ChargeOutcome {
  const charge = body.charge ?? (body.id?.startsWith('ch_') ? body : undefined);
  if (charge) return ofCharge(charge);
  if (body.status === 'voided') return { kind: 'voided' };
  if (status >= 500 || status === 429 || status === 408) return { kind: 'unavailable' };
  if (body.error?.code === 'key_in_use') return { kind: 'unknown', why: 'in_progress' };
  if (body.error?.code === 'key_closed') return { kind: 'voided' };
  const refusal = body.error?.code;
  if (isCharge && status < 500 && refusal !== undefined) return { kind: 'failed', failureCode: failureCodeOf(refusal) };
  if (status >= 400) return { kind: 'unavailable' }; // a proxy's 404, say: it tells nothing of the charge
  return { kind: 'unknown', why: 'in_progress' }; // no such charge, which proves nothing yet
}

/** Words of another house: ours to show, theirs to choose. */
export function failureCodeOf(words: string): string {
  return storableText(words.slice(0, MAX_FAILURE_CODE));
}

function ofCharge(charge: Partial<SandboxCharge>): ChargeOutcome {
  if (charge.status === 'succeeded' || charge.status === 'authorized')
    return { kind: charge.status, providerRef: charge.id ?? '' };
  if (charge.status === 'failed')
    return { kind: 'failed', failureCode: failureCodeOf(charge.failureCode ?? 'declined'), providerRef: charge.id };
  if (charge.status === 'voided') return { kind: 'voided', providerRef: charge.id };
  return { kind: 'unknown', why: 'in_progress' };
}

/** What an answer says of a refund. A repeated key gives the refund again. */
export function refundOutcomeOf({ status, body }: SandboxAnswer): RefundOutcome {
  if (status === 200 || status === 201) return { kind: 'succeeded', providerRef: body.id ?? '' };
  const failureCode = body.error?.code;
  if (failureCode === 'key_in_use') return { kind: 'unknown', why: 'in_progress' };
  const isRefusal = status < 500 && status !== 408 && status !== 429;
  if (!isRefusal || failureCode === undefined) return { kind: 'unavailable' };
  return { kind: 'failed', failureCode: failureCodeOf(failureCode) };
}

/** A charge of the list, in our words. */
export function listedOf(charge: SandboxListed) {
  const { id, idempotencyKey, status, amount, refunded, createdAt } = charge;
  return {
    providerRef: id,
    paymentId: isOurs(idempotencyKey) ? idempotencyKey : null,
    status,
    amountMinor: amount.amount,
    currency: amount.currency,
    refundedMinor: refunded,
    createdAt: new Date(createdAt),
  };
}

/** What a webhook says, in our words. @param id the one that was signed */
export function eventOf(id: string, { type: given, data }: SandboxEvent) {
  const type = typeof given === 'string' ? given : 'unknown';
  const { charge, refund } = data ?? {};
  const isOutcome = type.startsWith('charge.') && type !== 'charge.refunded';
  return {
    id,
    type,
    paymentId: isOurs(charge?.idempotencyKey) ? charge.idempotencyKey : undefined,
    charge: charge && isOutcome ? ofCharge(charge) : undefined,
    refund: isOurs(refund?.idempotencyKey)
      ? { id: refund.idempotencyKey, outcome: { kind: 'succeeded' as const, providerRef: refund.id } }
      : undefined,
  };
}

/** Our keys are ids; what has another key was charged or refunded by somebody else, at the gateway itself. */
function isOurs<Keyed extends string>(key: Keyed | undefined): key is Keyed {
  return key !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key);
}
