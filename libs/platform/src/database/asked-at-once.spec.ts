import { AskedAtOnce } from './asked-at-once';

const squaresOf = (calls: number[][]) =>
  new AskedAtOnce<number, number>((keys) => {
    calls.push(keys);
    if (keys.includes(13)) return Promise.reject(new Error('unlucky'));
    return Promise.resolve(new Map(keys.filter((key) => key > 0).map((key) => [key, key * key])));
  });

describe('what is asked for at once', () => {
  it('is read once, and everybody gets what is theirs', async () => {
    const calls: number[][] = [];
    const squares = squaresOf(calls);
    expect(await Promise.all([2, 3, 2, -1].map((key) => squares.find(key)))).toEqual([4, 9, 4, undefined]);
    expect(calls).toEqual([[2, 3, -1]]);
  });

  it('is read again when it is asked for later, also behind a reading that goes on', async () => {
    const calls: number[][] = [];
    const squares = squaresOf(calls);
    const first = squares.find(2);
    await new Promise(setImmediate);
    expect(await Promise.all([first, squares.find(2), squares.find(4)])).toEqual([4, 4, 16]);
    expect(calls).toEqual([[2], [2, 4]]);
  });

  it('fails for all who asked, and not for those who ask later', async () => {
    const squares = squaresOf([]);
    const outcomes = await Promise.allSettled([squares.find(2), squares.find(13)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await squares.find(2)).toBe(4);
  });
});
