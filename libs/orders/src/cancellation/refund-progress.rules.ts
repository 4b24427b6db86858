import type { Payment, Refund } from '@app/payments';

/** A gateway that has not given money back for so long will not do so by itself. */
const PATIENCE_MS = 24 * 3_600_000;

/** How far the money of a payment has gone back. */
export type RefundProgress =
  | { kind: 'complete' }
  /** All that is left is on its way. */
  | { kind: 'under_way' }
  /** Something is left that nobody has asked for. */
  | { kind: 'missing' }
  /** It will not go on by itself. */
  | { kind: 'stuck'; reason: string };

/**
 * A refusal that came before `since` has been seen by the person who let the saga go on: it is asked for anew.
 * @param now by any clock: the patience is long
 */
export function judgeRefunds(
  { amountMinor, refundedMinor, refundRequestedMinor }: Payment,
  refunds: Refund[],
  since: Date,
  now: Date,
): RefundProgress {
  if (refundedMinor >= amountMinor) return { kind: 'complete' };
  const refused = refunds.find(({ status, createdAt }) => status === 'failed' && createdAt >= since);
  if (refundRequestedMinor < amountMinor) {
    if (!refused) return { kind: 'missing' };
    return { kind: 'stuck', reason: `The gateway refused to give the money back: ${refused.failureCode ?? 'unknown'}` };
  }
  const isLate = refunds.some(
    ({ status, createdAt }) => status === 'processing' && now.getTime() - +createdAt > PATIENCE_MS,
  );
  return isLate
    ? { kind: 'stuck', reason: 'The gateway has not given the money back for a day' }
    : { kind: 'under_way' };
}
