import { randomBytes } from 'node:crypto';

/** Whole minor units (cents), 1 to 2^53 - 1, and a currency of three capital letters. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** `pending` never leaves the process: the key is known, nothing has been decided yet. */
export type ChargeStatus = 'pending' | 'succeeded' | 'failed' | 'voided' | 'authorized';

/** What a caller asks to be charged. */
export interface ChargeOrder {
  readonly amount: Money;
  readonly method: string;
  readonly reference: string;
  /** False only authorizes; a later capture takes the money. */
  readonly capture: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A charge as stored. Times are milliseconds since 1970. */
export interface Charge extends ChargeOrder {
  /** Grows with every new key; the order of lists. 0 until stored. */
  readonly seq: number;
  readonly id: string;
  readonly idempotencyKey: string;
  readonly refunded: number;
  readonly status: ChargeStatus;
  readonly failureCode: string | null;
  /** How often this key was tried before it was decided; `tok_error` counts on it. */
  readonly calls: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A refund as stored; there are only successful ones. */
export interface Refund {
  readonly seq: number;
  readonly id: string;
  readonly chargeId: string;
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** A random public id: a prefix and 120 bits. */
export const newId = (prefix: 'ch' | 're' | 'evt'): string => `${prefix}_${randomBytes(15).toString('hex')}`;

/** The charge that a first call with a key begins with. */
export function newCharge(idempotencyKey: string, order: ChargeOrder, now: number): Charge {
  const fresh = { seq: 0, id: newId('ch'), idempotencyKey, refunded: 0, failureCode: null, calls: 0 };
  return { ...fresh, ...order, status: 'pending', createdAt: now, updatedAt: now };
}

/** True when a repeated key asks for the very same thing. */
export function asksTheSame(charge: Charge, order: ChargeOrder): boolean {
  return (
    charge.amount.amount === order.amount.amount &&
    charge.amount.currency === order.amount.currency &&
    charge.method === order.method &&
    charge.reference === order.reference &&
    charge.capture === order.capture &&
    metadataText(charge.metadata) === metadataText(order.metadata)
  );
}

/** Metadata as JSON with its names sorted, so that equal metadata is equal text. */
export const metadataText = (metadata: Readonly<Record<string, string>>): string =>
  JSON.stringify(metadata, Object.keys(metadata).sort());

const metadataField = (metadata: Readonly<Record<string, string>>) =>
  Object.keys(metadata).length === 0 ? {} : { metadata };

/** A charge as it leaves: in answers and in webhooks. `metadata` only when some was given. */
export const chargeView = (charge: Charge) => ({
  id: charge.id,
  reference: charge.reference,
  idempotencyKey: charge.idempotencyKey,
  method: charge.method,
  amount: charge.amount,
  refunded: charge.refunded,
  status: charge.status,
  ...(charge.failureCode === null ? {} : { failureCode: charge.failureCode }),
  ...metadataField(charge.metadata),
  createdAt: new Date(charge.createdAt).toISOString(),
  updatedAt: new Date(charge.updatedAt).toISOString(),
});

/** A refund as it leaves. */
export const refundView = (refund: Refund) => ({
  id: refund.id,
  chargeId: refund.chargeId,
  idempotencyKey: refund.idempotencyKey,
  amount: refund.amount,
  status: 'succeeded' as const,
  ...metadataField(refund.metadata),
  createdAt: new Date(refund.createdAt).toISOString(),
});
