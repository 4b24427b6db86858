import { Upkeep } from './upkeep';

/** A table with old rows, and what was asked of it. */
function oldRows(count: number) {
  const asked: number[] = [];
  const forget = (limit: number) => {
    asked.push(limit);
    const forgotten = Math.min(count, limit);
    count -= forgotten;
    return Promise.resolve(forgotten);
  };
  return { asked, forget, left: () => count };
}

describe('Upkeep', () => {
  const error = jest.fn();
  let upkeep: Upkeep;
  beforeEach(() => (upkeep = new Upkeep({ error } as never)));

  const runOnce = async () => {
    upkeep.onApplicationBootstrap();
    await upkeep['loop'].stop();
  };

  it('forgets in batches until nothing old is left', async () => {
    const [many, few, none] = [oldRows(12_000), oldRows(10_000), oldRows(0)];
    for (const { forget } of [many, few, none]) upkeep.registerForgetting('rows', forget);
    await runOnce();
    expect([many.left(), few.left()]).toEqual([0, 0]);
    expect([many, few, none].map(({ asked }) => asked.length)).toEqual([3, 3, 1]);
    expect(new Set(many.asked)).toEqual(new Set([5_000]));
  });

  it('goes on with the next task when one fails', async () => {
    const rows = oldRows(1);
    upkeep.registerForgetting('fails', () => Promise.reject(new Error('as planned')));
    upkeep.registerForgetting('rows', rows.forget);
    await runOnce();
    expect(rows.left()).toBe(0);
    expect(error).toHaveBeenCalledWith('upkeep.failed', { task: 'fails', error: expect.any(Error) });
  });

  it('stops between two batches', async () => {
    const rows = oldRows(1_000_000);
    upkeep.registerForgetting('rows', rows.forget);
    upkeep.onApplicationBootstrap();
    await upkeep.onModuleDestroy();
    expect(rows.asked.length).toBeLessThan(10);
  });
});
