import type { OrderLine, OrderStatus, OrderTotals } from './orders.types';

/** The state machine of an order, as a table: what may follow what. */
export const TRANSITIONS: Record<OrderStatus, readonly OrderStatus[]> = {
  pending_payment: ['confirmed', 'cancelled', 'expired', 'needs_attention'],
  confirmed: ['shipped', 'cancelled', 'needs_attention'],
  shipped: ['delivered', 'needs_attention'],
  delivered: [],
  cancelled: [],
  expired: [],
  needs_attention: ['confirmed', 'cancelled', 'shipped'],
};

/** For notes that change no status, and fit at any time. */
export const ANY_STATUS = Object.keys(TRANSITIONS) as OrderStatus[];

export function canBecome(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Whether an order is certain: from then on, once its money is taken, it is revenue. */
export function isSold(status: OrderStatus): boolean {
  return status === 'confirmed' || status === 'shipped' || status === 'delivered';
}

/** Whether an order has come to nothing: what was paid for it goes back. */
export function hasEnded(status: OrderStatus): boolean {
  return status === 'cancelled' || status === 'expired';
}

/** A product with its price, as the catalogue gives it. */
export interface PricedItem {
  sku: string;
  name: string;
  quantity: number;
  unitPriceMinor: number;
  taxRateBps: number;
}

/** Prices are net; tax is added per line and rounded half up there. */
export function toLine({ sku, name, quantity, unitPriceMinor, taxRateBps }: PricedItem): OrderLine {
  const discountMinor = 0;
  const totalMinor = unitPriceMinor * quantity - discountMinor;
  const taxMinor = taxOf(totalMinor, taxRateBps);
  return { sku, name, quantity, unitPriceMinor, taxRateBps, discountMinor, taxMinor, totalMinor };
}

/** Tax on a net amount, half up. In BigInt: amount × rate goes beyond what a double holds exactly. */
export function taxOf(netMinor: number, taxRateBps: number): number {
  return Number((BigInt(netMinor) * BigInt(taxRateBps) + 5_000n) / 10_000n);
}

/** total = subtotal − discount + tax + shipping. */
export function totalsOf(lines: OrderLine[], shippingMinor: number): OrderTotals {
  const sum = (pick: (line: OrderLine) => number) => lines.reduce((total, line) => total + pick(line), 0);
  const subtotalMinor = sum(({ unitPriceMinor, quantity }) => unitPriceMinor * quantity);
  const discountMinor = sum((line) => line.discountMinor);
  const taxMinor = sum((line) => line.taxMinor);
  const totalMinor = subtotalMinor - discountMinor + taxMinor + shippingMinor;
  return { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor };
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's base 32: no I, L, O, U to mishear

/**
 * A number to read out on the telephone, `CH-7K2M-9QX4-TD3P`: the last 60 bits of the order's id (UUIDv7), which are
 * random, so it tells nobody how much is sold.
 */
export function orderNumberOf(orderId: string): string {
  const digits = orderId.slice(-16).replace('-', ''); // 60 bits, 20 for each group
  const groups = [digits.slice(0, 5), digits.slice(5, 10), digits.slice(10)].map(inBase32);
  return `CH-${groups.join('-')}`;
}

/** 20 bits in four characters. */
function inBase32(hex: string): string {
  const bits = Number.parseInt(hex, 16);
  return [15, 10, 5, 0].map((shift) => ALPHABET[(bits >> shift) & 31]).join('');
}
