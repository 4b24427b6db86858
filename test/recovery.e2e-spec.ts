import { eventually } from './support/eventually';
import { anOrder, expectStatus, putOnSale } from './support/orders';
import { Shop } from './support/shop';
import { contradictionsOf } from './support/truth';

const ORDERS = 300;
/** So many statements of checkouts in, dozens of them are half done. */
const MIDWAY = 400;

describe('many open sagas', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
    await shop.db.sql('DELETE FROM platform.sagas'); // of the demo data
  });
  afterAll(() => shop.close());

  it('are all finished by other workers after theirs was killed in the midst, each once', async () => {
    const sku = await putOnSale(shop, ORDERS);
    const ids: string[] = [];
    const buyer = async () => {
      while (ids.length < ORDERS) {
        const at = ids.push('') - 1; // takes its place before it waits
        ids[at] = expectStatus(await shop.as('customer').post('/orders', anOrder(sku, 1, 'tok_ok')), 201).body.id;
      }
    };
    await Promise.all(Array.from({ length: 20 }, buyer));
    const doomed = await shop.startWorker({}, `database.statement checkout:${MIDWAY}:SIGKILL`);
    await doomed.untilEnded();
    const orphans = await shop.db.sql('SELECT FROM platform.sagas WHERE lease IS NOT NULL');
    expect(orphans.length).toBeGreaterThan(0); // how many it has in hand depends on the machine
    const other = await shop.startWorker();
    await shop.startWorker();
    await eventually(
      () => shop.db.sql(`SELECT key FROM platform.sagas WHERE status <> 'done'`),
      (open) => open.length === 0,
      60_000,
    );
    const told = await shop.db.sql<{ step: string; count: number }>(
      'SELECT step, count(*)::int FROM orders.timeline WHERE order_id = ANY($1) GROUP BY step ORDER BY step',
      [ids],
    );
    expect(told).toEqual([
      { step: 'confirmed', count: ORDERS },
      { step: 'placed', count: ORDERS },
    ]);
    expect(await contradictionsOf(shop, ids)).toEqual([]);
    await other.stop();
  }, 240_000);
});
