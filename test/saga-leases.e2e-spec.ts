import { LeaseLost } from '@platform/saga';
import { TestDatabase } from './support/database';
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
