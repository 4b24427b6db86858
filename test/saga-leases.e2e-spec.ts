import { LeaseLost } from '@platform/saga';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { countWaiting, RowLock } from './support/row-lock';
import { aSaga, SagaStage } from './support/sagas';

describe('a lease of a saga', () => {
  let db: TestDatabase;
  let stage: SagaStage;

  beforeAll(async () => {
    db = await TestDatabase.create();
    stage = await SagaStage.open(db);
  });
  afterAll(async () => {
    await stage.close();
    await db.drop();
  });

  it('is one worker’s: of two that take the same saga at the same moment one gets it, and none waits for the other', async () => {
    const saga = aSaga('wanted', { one: {} });
    const { take } = stage.hand(saga);
    const key = await stage.start(saga);
    const lock = await RowLock.take(stage, 'SELECT FROM platform.sagas WHERE key = $1', [key]);
    let answered = 0;
    const taking = [1, 2].map(() => take().finally(() => answered++));
    const waiting = await eventually(
      () => countWaiting(stage),
      (count) => count + answered === 2,
    );
    await lock.release();
    const taken = [...(await Promise.all(taking)), await take()];
    expect(taken.filter((found) => found?.key === key)).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('that has ended lets nothing be written any more, even while the new holder is at the same step', async () => {
    const saga = aSaga('taken over', { one: {}, two: {} });
    const { store, take } = stage.hand(saga);
    const key = await stage.start(saga);
    const old = (await take())!;
    await stage.hurry(key);
    const { lease } = (await take())!;
    await expect(store.move(old, 'two', 'running')).rejects.toBeInstanceOf(LeaseLost);
    await expect(store.pause(old, { forMs: 0 }, 1)).rejects.toBeInstanceOf(LeaseLost);
    await store.extend(old, 600);
    const row = await stage.row(key);
    expect(row).toMatchObject({ step: 'one', status: 'running', attempts: 0, lease });
    expect(Number(row.waits_ms)).toBeLessThanOrEqual(60_000);
  });
});
