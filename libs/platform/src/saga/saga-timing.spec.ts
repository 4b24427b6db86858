import { pauseMs } from './saga-timing';

describe('the pause after a failed try', () => {
  const policy = { attempts: 20, firstPauseMs: 200, longestPauseMs: 60_000 };
  const longest = (attempts: number) => pauseMs(policy, attempts, () => 1);

  it('may be twice as long after each further try, up to the longest', () => {
    expect([1, 2, 3, 9, 10, 19].map(longest)).toEqual([200, 400, 800, 51_200, 60_000, 60_000]);
  });

  it('is any part of that, so that many don’t come back together', () => {
    expect([0, 0.25, 0.5].map((random) => pauseMs(policy, 3, () => random))).toEqual([0, 200, 400]);
  });
});
