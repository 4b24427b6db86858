import { MemoryRateLimiter } from './memory-rate-limiter';

describe('MemoryRateLimiter', () => {
  const policy = { limit: 3, windowSeconds: 10 };

  it('lets the limit through, refuses what is beyond it, and starts anew after the window', () => {
    const limiter = new MemoryRateLimiter();
    const take = (now: number) => limiter.take('someone', policy, now);
    expect([take(0), take(1), take(2)].map(({ remaining }) => remaining)).toEqual([2, 1, 0]);
    expect(take(9_500)).toEqual({ used: 4, remaining: 0, resetSeconds: 1, isExceeded: true });
    expect(take(10_000)).toEqual({ used: 1, remaining: 2, resetSeconds: 10, isExceeded: false });
  });

  it('counts each key by itself', () => {
    const limiter = new MemoryRateLimiter();
    for (let request = 0; request < 4; request++) limiter.take('a', policy, 0);
    expect(limiter.take('b', policy, 0).isExceeded).toBe(false);
  });

  it('takes back, extends and forgets', () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(0);
    const limiter = new MemoryRateLimiter();
    const take = () => limiter.take('a', policy);
    take();
    limiter.giveBack('a');
    limiter.giveBack('a');
    expect(take().used).toBe(1);
    limiter.extend('a', 60);
    now.mockReturnValue(59_999);
    expect(take()).toMatchObject({ used: 2, resetSeconds: 1 });
    limiter.forget('a');
    expect(take()).toMatchObject({ used: 1, resetSeconds: 10 });
    limiter.extend('b', 60); // of what has no window, nothing is extended
    expect(limiter.take('b', policy).resetSeconds).toBe(10);
    now.mockRestore();
  });
});
