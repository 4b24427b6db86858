import type { OpenOutcome } from './payments.types';

/** Asked so often, over most of a day, a gateway will not do by itself what was decided. */
export const CALLS_BEFORE_ALARM = 100;

const ASK_AT_MOST = 3;
const CALL_AT_MOST = 10;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_ASK_PAUSE_MS = 600_000;
const FIRST_SILENT_PAUSE_MS = 300_000;
const LONGEST_SILENT_PAUSE_MS = 3_600_000;

/**
 * Whether to stop hoping for an answer and close the payment at the gateway: after three looks at a charge that may
 * still arrive (about 8 s after the call), or after ten calls that the gateway did not take. While the circuit is open
 * nothing is given up.
 */
export function mustBeClosed(calls: number, outcome: OpenOutcome): boolean {
  if (outcome.kind === 'withheld') return false; // nobody was asked, so nothing was learned
  return outcome.kind === 'unavailable' ? calls >= CALL_AT_MOST : calls >= ASK_AT_MOST;
}

/** Pause before the next call: exponential, with jitter so that many payments don't come back together. */
export function retryPauseMs(calls: number, random = Math.random): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (calls - 1));
  return Math.round(longest * (0.5 + random() / 2));
}

/** Pause before asking again about what somebody decided: growing up to ten minutes, for as long as it takes. */
export function askPauseMs(calls: number, outcome: OpenOutcome, random = Math.random): number {
  if (outcome.kind === 'withheld') return outcome.retryAfterMs;
  return Math.round(Math.min(LONGEST_ASK_PAUSE_MS, FIRST_PAUSE_MS * 2 ** calls) * (0.5 + random() / 2));
}

/**
 * Pause before looking again at a payment whose checkout is silent: as long as it has been under way by now, so that the pauses
 * double, from five minutes up to an hour.
 */
export function silentPauseMs(ageMs: number, outcome: OpenOutcome, random = Math.random): number {
  if (outcome.kind === 'withheld') return outcome.retryAfterMs;
  const longest = Math.min(LONGEST_SILENT_PAUSE_MS, Math.max(FIRST_SILENT_PAUSE_MS, ageMs));
  return Math.round(longest * (0.9 + random() / 10));
}

/** What is left of a payment to be given back, in minor units. */
export function leftToRefund(payment: { amountMinor: number; refundRequestedMinor: number }): number {
  return payment.amountMinor - payment.refundRequestedMinor;
}
