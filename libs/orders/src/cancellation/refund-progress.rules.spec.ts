import type { Payment, Refund } from '@app/payments';
import { judgeRefunds } from './refund-progress.rules';

const SINCE = new Date('2026-01-01T12:00:00Z');
const hours = (n: number) => new Date(+SINCE + n * 3_600_000);
const payment = (refundRequestedMinor: number, refundedMinor: number) =>
  ({ amountMinor: 1_000, refundRequestedMinor, refundedMinor }) as Payment;
const refund = (status: Refund['status'], createdAt: Date) =>
  ({ status, createdAt, failureCode: status === 'failed' ? 'charge_disputed' : null }) as Refund;

describe('how far the money of a payment has gone back', () => {
  it('is complete when all of it has, whatever was refused on the way', () => {
    const refunds = [refund('failed', hours(0)), refund('succeeded', hours(1))];
    expect(judgeRefunds(payment(1_000, 1_000), refunds, SINCE, hours(2))).toEqual({ kind: 'complete' });
  });

  it('misses what nobody has asked for', () => {
    expect(judgeRefunds(payment(0, 0), [], SINCE, hours(0))).toEqual({ kind: 'missing' });
    expect(judgeRefunds(payment(400, 400), [refund('succeeded', hours(-9))], SINCE, hours(0))).toEqual({
      kind: 'missing',
    });
  });

  it('is stuck on a refusal, until a person who has seen it lets it be asked for anew', () => {
    const refused = [refund('failed', hours(1))];
    const reason = 'The gateway refused to give the money back: charge_disputed';
    expect(judgeRefunds(payment(0, 0), refused, SINCE, hours(2))).toEqual({ kind: 'stuck', reason });
    expect(judgeRefunds(payment(0, 0), refused, hours(2), hours(2))).toEqual({ kind: 'missing' });
  });

  it('is under way for a day, and stuck after that', () => {
    const asked = [refund('processing', SINCE)];
    expect(judgeRefunds(payment(1_000, 0), asked, SINCE, hours(24))).toEqual({ kind: 'under_way' });
    expect(judgeRefunds(payment(1_000, 0), asked, SINCE, hours(24.1)).kind).toBe('stuck');
  });
});
