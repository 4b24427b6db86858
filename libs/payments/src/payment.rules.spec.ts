import { askPauseMs, leftToRefund, mustBeClosed, retryPauseMs, silentPauseMs } from './payment.rules';

it('closes a payment of unknown outcome at the third look, and one that is not taken at the tenth call', () => {
  const unknown = { kind: 'unknown', why: 'timeout' } as const;
  expect([1, 2, 3].map((calls) => mustBeClosed(calls, unknown))).toEqual([false, false, true]);
  expect([9, 10].map((calls) => mustBeClosed(calls, { kind: 'unavailable' }))).toEqual([false, true]);
});

it('waits longer each time, up to half a minute', () => {
  const longest = () => 1;
  expect([1, 2, 3, 12].map((calls) => retryPauseMs(calls, longest))).toEqual([500, 1_000, 2_000, 30_000]);
  expect(retryPauseMs(1, () => 0)).toBe(250);
});

it('counts refunds that are under way as given back', () => {
  expect(leftToRefund({ amountMinor: 1_000, refundRequestedMinor: 400 })).toBe(600);
});

it('gives up nothing while the circuit is open, and comes back when it may be closed', () => {
  const withheld = { kind: 'withheld', retryAfterMs: 7_000 } as const;
  expect(mustBeClosed(100, withheld)).toBe(false);
  expect(askPauseMs(100, withheld)).toBe(7_000);
});

it('asks again about what was decided after half a second, and every ten minutes in the end', () => {
  const unavailable = { kind: 'unavailable' } as const;
  const longest = () => 1;
  expect([0, 1, 5, 50].map((calls) => askPauseMs(calls, unavailable, longest))).toEqual([500, 1_000, 16_000, 600_000]);
});

it('looks again at a payment whose checkout is silent after as long as it has been under way, from five minutes to an hour', () => {
  const unknown = { kind: 'unknown', why: 'in_progress' } as const;
  const minutes = (age: number, random = 1) => silentPauseMs(age * 60_000, unknown, () => random) / 60_000;
  expect([0, 5, 10, 20, 40, 80, 6_000].map((age) => minutes(age))).toEqual([5, 5, 10, 20, 40, 60, 60]);
  expect(minutes(20, 0)).toBe(18);
  expect(silentPauseMs(1e9, { kind: 'withheld', retryAfterMs: 7_000 })).toBe(7_000); // nobody was asked
});
