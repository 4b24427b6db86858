import { RateLimiter } from './rate-limiter';

describe('RateLimiter', () => {
  const policy = { limit: 3, windowSeconds: 10 };

  it('lets the limit through, refuses what is beyond it, and starts anew after the window', () => {
    const limiter = new RateLimiter();
    const take = (now: number) => limiter.take('someone', policy, now);
    expect([take(0), take(1), take(2)].map(({ remaining }) => remaining)).toEqual([2, 1, 0]);
    expect(take(9_500)).toEqual({ remaining: 0, resetSeconds: 1, isExceeded: true });
    expect(take(10_000)).toEqual({ remaining: 2, resetSeconds: 10, isExceeded: false });
  });

  it('counts each key by itself', () => {
    const limiter = new RateLimiter();
    for (let request = 0; request < 4; request++) limiter.take('a', policy, 0);
    expect(limiter.take('b', policy, 0).isExceeded).toBe(false);
  });
});
