import type { Amount } from '../payments.types';

/**
 * Currencies whose unit at Stripe is a multiple or a part of ISO 4217's minor unit (https://docs.stripe.com/currencies). ISK
 * and UGX have no minor unit, and are sent with two decimals all the same; MGA has one, and is sent without. For all others
 * both count alike: also yen, which have none, and dinars, which have three decimals.
 */
const PER_MINOR_UNIT: Record<string, number> = { ISK: 100, UGX: 100, MGA: 0.01 };

/** Of three decimals the last must be zero. */
const THREE_DECIMALS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** Why a payment or refund fails whose amount Stripe can't move; it is never rounded, as the buyer was told another. */
export const AMOUNT_NOT_SUPPORTED = 'amount_not_supported';

/** An amount as Stripe counts it; null when it has no such amount. */
export function toStripeAmount({ amountMinor, currency }: Amount): number | null {
  if (THREE_DECIMALS.has(currency) && amountMinor % 10 !== 0) return null;
  const factor = PER_MINOR_UNIT[currency] ?? 1;
  const amount = factor < 1 ? amountMinor / Math.round(1 / factor) : amountMinor * factor;
  return Number.isSafeInteger(amount) ? amount : null;
}

/** What Stripe says of an amount, in minor units; to the nearest, as somebody there may have taken a part of one. */
export function fromStripeAmount(amount: number, currency: string): number {
  return Math.round(amount / (PER_MINOR_UNIT[currency.toUpperCase()] ?? 1));
}
