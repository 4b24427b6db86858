import { setImmediate as nextTurn } from 'node:timers/promises';
import { HashingLane } from './hashing-lane';

describe('HashingLane', () => {
  it('runs no more at once than it may, all in turn, and refuses what would wait too long', async () => {
    const lane = new HashingLane(2, 5);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const work = async (id: number) => {
      most = Math.max(most, ++running);
      order.push(id);
      await nextTurn();
      running--;
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, id) => lane.run(() => work(id))));
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(outcomes.slice(7)).toEqual(
      Array(3).fill({ status: 'rejected', reason: expect.objectContaining({ code: 'unavailable' }) }),
    );
  });

  it('gives a place back when the work fails', async () => {
    const lane = new HashingLane(1, 0);
    await expect(lane.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(lane.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
