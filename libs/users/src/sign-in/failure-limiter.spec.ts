import { MemoryRateLimiter } from '@platform/http';
import { FailureLimiter } from './failure-limiter';

const wrong = new Error('wrong password');
const fail = () => Promise.reject(wrong);
const succeed = () => Promise.resolve('in');
const limiter = (limit = 3) =>
  new FailureLimiter(new MemoryRateLimiter(), { limit, windowSeconds: 60 }, (error) => error === wrong);
const refusal = { code: 'rate_limited' };

describe('FailureLimiter', () => {
  it('refuses an attempt after as many failures as the limit, and says when to come back', async () => {
    const limit = limiter();
    for (let failure = 0; failure < 3; failure++) await expect(limit.attempt(['a'], fail)).rejects.toBe(wrong);
    await expect(limit.attempt(['a'], succeed)).rejects.toMatchObject({
      ...refusal,
      details: { retryAfterSeconds: 60 },
    });
    await expect(limit.attempt(['b'], succeed)).resolves.toBe('in');
  });

  it('does not count successes, nor what failed for another reason', async () => {
    const limit = limiter();
    for (let success = 0; success < 9; success++) await limit.attempt(['a'], succeed);
    for (let accident = 0; accident < 9; accident++) {
      await limit.attempt(['a'], () => Promise.reject(new Error('database away'))).catch(() => undefined);
    }
    await expect(limit.attempt(['a'], succeed)).resolves.toBe('in');
  });

  it('counts under every key, and a refusal under none', async () => {
    const limit = limiter();
    for (let failure = 0; failure < 3; failure++)
      await limit.attempt(['address', 'e-mail'], fail).catch(() => undefined);
    await expect(limit.attempt(['other address', 'e-mail'], succeed)).rejects.toMatchObject(refusal);
    await expect(limit.attempt(['other address'], succeed)).resolves.toBe('in');
  });

  it('lets no more through at once than may fail', async () => {
    const limit = limiter();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => limit.attempt(['a'], fail)));
    const tried = outcomes.filter((outcome) => outcome.status === 'rejected' && outcome.reason === wrong);
    expect(tried).toHaveLength(3);
  });

  it('starts anew when the window has ended', async () => {
    const limit = limiter(1);
    const now = jest.spyOn(Date, 'now').mockReturnValue(0);
    await limit.attempt(['a'], fail).catch(() => undefined);
    now.mockReturnValue(59_999);
    await expect(limit.attempt(['a'], succeed)).rejects.toMatchObject({ details: { retryAfterSeconds: 1 } });
    now.mockReturnValue(60_000);
    await expect(limit.attempt(['a'], succeed)).resolves.toBe('in');
    now.mockRestore();
  });

  it('refuses twice as long each time, up to a day, and forgets that after a day without failures', async () => {
    const limit = limiter(1);
    const now = jest.spyOn(Date, 'now').mockReturnValue(0);
    const lockedFor: number[] = [];
    for (let times = 0, at = 0; times < 13; times++) {
      await limit.attempt(['a'], fail).catch(() => undefined);
      const refused = await limit.attempt(['a'], succeed).catch((error: unknown) => error);
      const seconds = (refused as { details: { retryAfterSeconds: number } }).details.retryAfterSeconds;
      lockedFor.push(seconds);
      now.mockReturnValue((at += seconds * 1_000));
    }
    expect(lockedFor.slice(0, 6)).toEqual([60, 120, 240, 480, 960, 1_920]);
    expect(Math.max(...lockedFor)).toBe(61_440); // 17 hours; the next one would fall into another day
    expect(lockedFor.at(-1)).toBeLessThan(61_440);
    now.mockRestore();
  });

  it('forgives', async () => {
    const limit = limiter(1);
    await limit.attempt(['a'], fail).catch(() => undefined);
    await limit.forgive('a');
    await expect(limit.attempt(['a'], succeed)).resolves.toBe('in');
  });
});
