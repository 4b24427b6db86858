import { randomUUID } from 'node:crypto';
import { runInContext } from '@platform/observability';
import { Deliveries } from '../libs/platform/src/messaging/deliveries';
import type { DueDelivery } from '../libs/platform/src/messaging/delivery-store';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { Post, type Wanted } from './support/listeners';
import { anOrder, expectStatus, putOnSale, untilOrder } from './support/orders';
import type { Platform } from './support/platform';
import { countWaiting, RowLock } from './support/row-lock';
import { Shop } from './support/shop';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const oneEach: Wanted = {
  'write-one': { mode: 'inTransaction' },
  'write-another': { mode: 'inTransaction' },
  'call-somebody': { mode: 'asJob' },
};

describe('the outbox', () => {
  let db: TestDatabase;
  let post: Post;
  const workers: Platform[] = [];

  beforeEach(async () => {
    db = await TestDatabase.create();
    post = await Post.open(db);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await post.close();
    await db.drop();
  });

  const startWorker = async (name: string, wanted: Wanted) => {
    const worker = await post.worker(name, wanted);
    workers.push(worker);
    return worker;
  };
  const numbersOf = async (listener: string) => (await post.effects(listener)).map(({ n }) => n);
  const untilDone = (listener: string, numbers: number[]) =>
    eventually(
      () => numbersOf(listener),
      (seen) => seen.length >= numbers.length,
    );
  const nothingLeft = async () =>
    expect(
      await db.sql(
        `SELECT event_id FROM platform.outbox_queue UNION ALL SELECT event_id FROM platform.outbox_deliveries`,
      ),
    ).toEqual([]);

  it('announces what is committed and nothing else', async () => {
    await post.announce(1);
    const undecided = post.uow.run(async () => {
      post.add(2);
      await post.uow.sql('SELECT 1');
      throw new Error('no');
    });
    await expect(undecided).rejects.toThrow('no');
    await expect(post.uow.run(async () => post.uow.queue('SELECT 1/0', (post.add(3), [])))).rejects.toThrow('zero');
    expect(() => post.add(4)).toThrow('must run inside UnitOfWork.run()');
    expect(await db.sql('SELECT payload FROM platform.outbox_events WHERE name = $1', ['scratch.noted'])).toEqual([
      { payload: { n: 1 } },
    ]);
    expect(await db.sql('SELECT FROM platform.outbox_queue')).toHaveLength(1);
  });

  it('delivers each event once to each listener, however many workers there are', async () => {
    await Promise.all([startWorker('north', oneEach), startWorker('south', oneEach)]);
    let last = 0;
    for (let isShared = false; last < 500 || !isShared; last += 100) {
      await Promise.all(
        upTo(20).map((transaction) => post.announce(...upTo(5).map((n) => last + (transaction - 1) * 5 + n))),
      );
      const seen = await post.effects('write-one');
      isShared = new Set(seen.map(({ worker }) => worker)).size === 2;
    }
    const numbers = upTo(last);
    for (const listener of Object.keys(oneEach)) expect(await untilDone(listener, numbers)).toEqual(numbers);
    await eventually(
      () => post.open(),
      ({ length }) => length === 0,
    );
    expect(await post.effects()).toHaveLength(3 * last);
    await nothingLeft();
  });

  it('loses no event of 24 writers, whose transactions end in another order than their events were made in', async () => {
    await Promise.all([startWorker('north', oneEach), startWorker('south', oneEach)]);
    const write = async (writer: number) => {
      for (let turn = 0; turn < 40; turn++) {
        await post.uow.run(async () => {
          post.add(writer * 40 + turn + 1);
          await post.uow.sql('SELECT pg_sleep(random() * 0.01)');
        });
      }
    };
    await Promise.all(upTo(24).map((writer) => write(writer - 1)));
    const numbers = upTo(24 * 40);
    for (const listener of Object.keys(oneEach)) expect(await untilDone(listener, numbers)).toEqual(numbers);
  });

  it('goes on past a worker that halts in the middle of a batch', async () => {
    const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const moreover = (n: number) => (n === 1 ? (began.resolve(), goOn.promise) : undefined);
    const wanted: Wanted = { halting: { mode: 'inTransaction', moreover } };
    await startWorker('north', wanted);
    await post.announce(1);
    await began.promise;
    await startWorker('south', wanted);
    await post.announce(2, 3);
    const seen = await eventually(
      async () => ({ done: await numbersOf('halting'), waiting: await countWaiting(post) }),
      ({ done, waiting }) => done.length >= 2 || waiting > 0,
    );
    goOn.resolve();
    expect(seen).toEqual({ done: [2, 3], waiting: 0 });
    expect(await untilDone('halting', [1, 2, 3])).toEqual([1, 2, 3]);
  });

  it('leases a delivery to one of two workers that want it at the same moment, and none waits for the other', async () => {
    const worker = await startWorker('idle', {});
    await post.announce(1);
    await db.sql(
      `INSERT INTO platform.outbox_deliveries (event_id, occurred_at, listener)
       SELECT id, occurred_at, 'somebody' FROM platform.outbox_events WHERE name = 'scratch.noted'`,
    );
    const lock = await RowLock.take(post, 'SELECT FROM platform.outbox_deliveries WHERE listener = $1', ['somebody']);
    let answered = 0;
    const lease = () => worker.get(Deliveries).lease(['somebody'], 10);
    const leasing = [1, 2].map(() => lease().finally(() => answered++));
    const waiting = await eventually(
      () => countWaiting(post),
      (count) => count + answered === 2,
    );
    await lock.release();
    const leased = [...(await Promise.all(leasing)), await lease()];
    expect(leased.flat()).toHaveLength(1);
    expect(waiting).toBe(0);
  });

  it('claims a delivery for one of two jobs that have it, and for none that knows it from before its last failure', async () => {
    const worker = await startWorker('idle', {});
    await post.announce(1);
    await db.sql(
      `INSERT INTO platform.outbox_deliveries (event_id, occurred_at, listener)
       SELECT id, occurred_at, 'somebody' FROM platform.outbox_events WHERE name = 'scratch.noted'`,
    );
    let calls = 0;
    const first = Promise.withResolvers<void>();
    const handle = () => (++calls === 1 ? first.promise : Promise.resolve());
    const deliver = (due: DueDelivery[]) =>
      worker.get(Deliveries).deliver({ name: 'somebody', mode: 'asJob', events: [], handle }, due);
    const due = await worker.get(Deliveries).lease(['somebody'], 10);
    const delivering = deliver(due);
    await eventually(
      () => Promise.resolve(calls),
      (count) => count === 1,
    );
    await deliver(due);
    const callsOfTwo = calls;
    first.reject(new Error('no'));
    await delivering;
    expect(callsOfTwo).toBe(1);
    expect(await post.open()).toMatchObject([{ attempts: 1 }]);
    await deliver(due);
    expect(calls).toBe(1);
  });

  it('has one effect of an event that comes again, by the queue or as a delivery', async () => {
    await startWorker('north', oneEach);
    await post.announce(1);
    await untilDone('write-one', [1]);
    await untilDone('call-somebody', [1]);
    const again = `SELECT id, occurred_at FROM platform.outbox_events WHERE name = 'scratch.noted'`;
    await db.sql(`INSERT INTO platform.outbox_queue (event_id, occurred_at) ${again}`);
    await db.sql(
      `INSERT INTO platform.outbox_deliveries (event_id, occurred_at, listener) ${again.replace(' FROM', `, 'write-another' FROM`)}`,
    );
    await post.announce(2); // behind those
    for (const listener of ['write-one', 'write-another']) expect(await untilDone(listener, [1, 2])).toEqual([1, 2]);
    await eventually(
      () => post.open(),
      ({ length }) => length === 0,
    );
    for (const listener of ['write-one', 'write-another']) expect(await numbersOf(listener)).toEqual([1, 2]);
  });

  describe('a listener that fails', () => {
    const failing = (mode: 'inTransaction' | 'asJob', attempts: number): Wanted => {
      let left = attempts;
      const moreover = (n: number) => {
        if (n === 5 && left-- > 0) throw new Error(`I do not take ${n}.`);
      };
      return { ...oneEach, picky: { mode, moreover } };
    };

    it.each(['inTransaction', 'asJob'] as const)(
      'holds up nobody and no other event, and is tried again with growing pauses (%s)',
      async (mode) => {
        const worker = await startWorker('north', failing(mode, 3));
        await post.announce(...upTo(10));
        for (const listener of Object.keys(oneEach)) expect(await untilDone(listener, upTo(10))).toEqual(upTo(10));
        expect(await untilDone('picky', upTo(9))).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10]);
        await eventually(
          () => post.open(),
          ([delivery]) => delivery?.reason === 'I do not take 5.',
        );
        await eventually(
          async () => {
            await post.skipPauses();
            return numbersOf('picky');
          },
          (seen) => seen.includes(5),
        );
        expect(await numbersOf('picky')).toEqual(upTo(10));
        const first = mode === 'asJob' ? [] : worker.logged('outbox.batch_failed');
        expect([...first, ...worker.logged('outbox.delivery_failed')]).toHaveLength(3);
        for (const listener of Object.keys(oneEach)) expect(await numbersOf(listener)).toEqual(upTo(10));
        await eventually(
          () => post.open(),
          ({ length }) => length === 0,
        );
        await nothingLeft();
      },
    );

    it.each(['inTransaction', 'asJob'] as const)(
      'gives up after twelve attempts: the event lies with the dead letters, with its reason (%s)',
      async (mode) => {
        const worker = await startWorker('north', failing(mode, Infinity));
        await post.announce(...upTo(10));
        const dead = await eventually(
          async () => {
            await post.skipPauses();
            return post.dead();
          },
          ({ length }) => length > 0,
        );
        expect(dead).toEqual([{ listener: 'picky', attempts: 12, reason: 'I do not take 5.' }]);
        const told = await eventually(
          () => Promise.resolve(worker.logged('outbox.dead_letter')),
          ({ length }) => length > 0, // a moment after it lies there
        );
        expect(told).toMatchObject([{ listener: 'picky', attempts: 12, level: 'error' }]);
        expect(worker.logged('outbox.delivery_failed')).toHaveLength(12);
        await post.announce(11);
        expect(await untilDone('picky', upTo(10))).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
        await eventually(
          () => post.open(),
          ({ length }) => length === 0,
        );
      },
    );

    it('leaves nothing of what it wrote before it failed', async () => {
      await startWorker('north', {
        torn: {
          mode: 'inTransaction',
          moreover: async () => {
            await workers[0]!.uow.execute(`INSERT INTO scratch.effects VALUES ('half', 0, '', '', '')`);
            throw new Error('halfway');
          },
        },
      });
      await post.announce(1);
      await eventually(
        () => post.open(),
        ([delivery]) => (delivery?.attempts ?? 0) > 0,
      );
      expect(await post.effects()).toEqual([]);
    });
  });

  it('waits for a listener that this worker does not know, and forgets an event that nobody listens to', async () => {
    await startWorker('old', {});
    await post.announce(1);
    await eventually(
      () => db.sql('SELECT FROM platform.outbox_queue'),
      ({ length }) => length === 0,
    );
    expect(await post.open()).toEqual([]);
  });

  it('tells a listener who caused its event: request id and actor', async () => {
    await startWorker('north', oneEach);
    await runInContext({ requestId: 'the-request', actor: 'ada' }, () => post.announce(1));
    await post.announce(2);
    for (const listener of Object.keys(oneEach)) {
      await untilDone(listener, [1, 2]);
      expect(await post.effects(listener)).toMatchObject([
        { n: 1, requestId: 'the-request', actor: 'ada' },
        { n: 2, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), actor: null },
      ]);
    }
  });
});

describe('the request id', () => {
  let shop: Shop;

  beforeAll(async () => {
    // Nobody takes mail, so that the last link of the chain has something to log.
    shop = await Shop.open({ worker: true, settings: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  });
  afterAll(() => shop.close());

  it('of an order stands on its saga, its events, its audit trail and the log line of the mail that could not go out', async () => {
    const requestId = `the-order-${randomUUID()}`;
    const buyer = await shop.signIn('customer');
    const sku = await putOnSale(shop, 1);
    const headers = { 'x-request-id': requestId };
    const { body: order } = expectStatus(await buyer.post('/orders', anOrder(sku, 1, 'tok_ok'), { headers }), 201);
    await untilOrder(buyer, order.id, { status: 'confirmed' });
    const column = async (text: string) => (await shop.db.sql<{ id: string }>(text, [requestId])).map(({ id }) => id);
    expect(await column('SELECT key AS id FROM platform.sagas WHERE request_id = $1')).toEqual([order.id]);
    const events = await column('SELECT name AS id FROM platform.outbox_events WHERE request_id = $1 ORDER BY id');
    expect(events).toEqual(expect.arrayContaining(['orders.placed', 'payments.succeeded', 'orders.confirmed']));
    const actions = await column('SELECT action AS id FROM platform.audit_events WHERE request_id = $1');
    expect(actions).toEqual(expect.arrayContaining(['orders.placed', 'payments.succeeded', 'orders.confirmed']));
    const lines = await eventually(
      () => Promise.resolve((shop.worker?.log ?? '').split('\n').filter((line) => line.includes(requestId))),
      ({ length }) => length > 0,
    );
    const listener = 'send-confirmation-when-order-confirmed';
    expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'outbox.delivery_failed', listener, requestId });
  });
});
