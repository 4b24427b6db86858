import { orderConfirmed } from '@app/orders';
import { MessagingModule, Outbox } from '@platform/messaging';
import { Program } from './support/child-process';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { Post, type Wanted } from './support/listeners';
import { MailSink } from './support/mail-sink';
import { Platform } from './support/platform';
import { findRedisServer, isRedisExpected, RedisServer } from './support/redis';
import { settingsFor } from './support/shop';

/** An order of the demo data, whose buyer has an address. */
const ORDER_ID = '01900000-0000-7000-8000-00000000d001';
const TAKEOVER_MS = 10_000;

const there = <Seen>(look: () => Seen, isThere: (seen: Seen) => boolean, timeoutMs?: number) =>
  eventually(() => Promise.resolve(look()), isThere, timeoutMs);

describe('jobs', () => {
  let db: TestDatabase;

  beforeEach(async () => {
    db = await TestDatabase.create();
  });
  afterEach(() => db.drop());

  it('that are done are noted soon, though another of their batch takes its time', async () => {
    const release = Promise.withResolvers<void>();
    const post = await Post.open(db);
    const worker = await post.worker('north', {
      'call-somebody': { mode: 'asJob', moreover: (n) => (n === 1 ? release.promise : Promise.resolve()) },
    });
    try {
      await post.announce(1, 2, 3);
      expect(
        await eventually(
          () => post.open(),
          ({ length }) => length === 1,
        ),
      ).toHaveLength(1);
      release.resolve();
      await eventually(
        () => post.open(),
        ({ length }) => length === 0,
      );
    } finally {
      release.resolve();
      await worker.close();
      await post.close();
    }
  });

  describe('that the queue forgets', () => {
    let post: Post;
    let worker: Platform;
    let isBroken = false;
    const wanted: Wanted = {
      'call-somebody': {
        mode: 'asJob',
        moreover: async () => {
          if (!isBroken) return;
          await db.sql('ALTER TABLE platform.outbox_deliveries RENAME TO out_of_order');
          throw new Error('and not even this can be written down');
        },
      },
    };

    beforeEach(async () => {
      isBroken = false;
      post = await Post.open(db);
      worker = await post.worker('north', wanted);
    });
    afterEach(async () => {
      await worker.close();
      await post.close();
    });

    it('are dispatched again when their lease has ended, and done once', async () => {
      await post.jobs.pause();
      await post.announce(1, 2, 3);
      await eventually(
        () => post.jobs.getJobCountByTypes('paused' as 'wait'), // BullMQ on PostgreSQL calls them so
        (count) => count > 0,
      );
      await post.jobs.obliterate({ force: true });
      await post.jobs.resume();
      await post.announce(4);
      await eventually(
        () => post.effects(),
        (effects) => effects.some(({ n }) => n === 4),
      );
      expect(await post.effects()).toHaveLength(1);
      await post.skipPauses();
      await eventually(
        () => post.open(),
        ({ length }) => length === 0,
      );
      expect((await post.effects()).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    });

    it('are dispatched again even if the queue has given up on them', async () => {
      isBroken = true;
      await post.announce(1);
      await eventually(
        () => db.sql(`SELECT FROM pg_class WHERE relname = 'out_of_order'`),
        ({ length }) => length > 0,
      );
      isBroken = false;
      await eventually(
        () => post.jobs.getActiveCount(),
        (count) => count === 0,
      );
      await db.sql('ALTER TABLE platform.out_of_order RENAME TO outbox_deliveries');
      expect(await post.effects()).toEqual([]);
      await eventually(
        async () => {
          await post.skipPauses();
          return post.effects();
        },
        ({ length }) => length > 0,
      );
      await eventually(
        () => post.open(),
        ({ length }) => length === 0,
      );
      expect(await post.effects()).toHaveLength(1);
    });
  });

  describe('of a worker that is killed', () => {
    let mails: MailSink;
    let api: Platform;
    let settings: Record<string, string>;
    let redis: RedisServer | undefined;
    const workers: Program[] = [];

    const open = async (more: Record<string, string>) => {
      mails = await MailSink.open({ isHolding: true });
      settings = { ...settingsFor(db.url, 0, 'http://127.0.0.1:9'), SMTP_URL: mails.url, ...more };
      api = await Platform.open(db, [MessagingModule]);
    };
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
      await redis?.kill();
      redis = undefined;
      await api.close();
      await mails.close();
    });

    const startWorker = async () => {
      const worker = await Program.start('worker/src/main.js', settings);
      workers.push(worker);
      return worker;
    };
    const confirmOrder = () => api.uow.run(async () => api.get(Outbox).add(orderConfirmed({ orderId: ORDER_ID })));
    const mailIsSent = async () => {
      await there(
        () => mails.taken,
        ({ length }) => length > 0,
        TAKEOVER_MS,
      );
      await eventually(
        () => db.sql('SELECT FROM platform.outbox_deliveries'),
        ({ length }) => length === 0,
      );
      expect(mails.taken).toHaveLength(1);
      expect(await db.sql('SELECT sent_at IS NOT NULL AS sent FROM notifications.mails')).toEqual([{ sent: true }]);
    };
    const killInTheMiddleOfAMail = async (worker: Program) => {
      await there(
        () => mails.waiting,
        (waiting) => waiting === 1,
      );
      await worker.kill();
      await there(
        () => mails.deserted,
        (deserted) => deserted === 1,
      );
    };

    it('are done by another one within ten seconds', async () => {
      await open({});
      const first = await startWorker();
      await confirmOrder();
      await startWorker();
      await killInTheMiddleOfAMail(first);
      mails.letGo();
      await mailIsSent();
    });

    (isRedisExpected() ? describe : describe.skip)('with the queues on Redis', () => {
      beforeEach(async () => {
        redis = await RedisServer.open();
        await open({ REDIS_URL: redis.url });
      });

      it('are done by another one within ten seconds', async () => {
        const first = await startWorker();
        await confirmOrder();
        await startWorker();
        await killInTheMiddleOfAMail(first);
        mails.letGo();
        await mailIsSent();
        expect(await redis?.ask('KEYS', 'bull:deliveries:*')).not.toEqual([]);
      });

      it('are done although Redis has forgotten everything', async () => {
        const first = await startWorker();
        await confirmOrder();
        await killInTheMiddleOfAMail(first);
        await redis?.ask('FLUSHALL');
        mails.letGo();
        await startWorker();
        await db.sql('UPDATE platform.outbox_deliveries SET not_before = now()'); // what never began is due again after half a minute
        await db.sql('NOTIFY outbox');
        await mailIsSent();
      });

      it('are put off by a Redis that answers nothing, before and after it is met, and done when it does again', async () => {
        redis?.freeze();
        const worker = await startWorker();
        const failures = () => worker.log.split('outbox.dispatching.turn_failed').length - 1;
        await confirmOrder();
        await there(failures, (count) => count > 0);
        redis?.thaw();
        await db.sql('UPDATE platform.outbox_deliveries SET not_before = now()'); // what could not be added is due again after half a minute
        await db.sql('NOTIFY outbox');
        await there(
          () => mails.waiting,
          (waiting) => waiting === 1,
        );
        mails.letGo();
        await mailIsSent();
        const before = failures();
        redis?.freeze();
        await confirmOrder();
        await there(failures, (count) => count > before);
      });

      it('hold up nothing that needs no queue while Redis is away, and are done when it is back', async () => {
        const worker = await startWorker();
        await redis?.kill();
        await confirmOrder();
        await there(() => worker.log.includes('outbox.dispatching.turn_failed'), Boolean); // and does not wait for ever
        const routed = () => db.sql('SELECT FROM platform.outbox_queue');
        await eventually(routed, ({ length }) => length === 0);
        await confirmOrder();
        await eventually(routed, ({ length }) => length === 0);
        await redis?.start();
        mails.letGo();
        await eventually(
          async () => {
            await db.sql('UPDATE platform.outbox_deliveries SET not_before = now()');
            await db.sql('NOTIFY outbox');
            return mails.taken;
          },
          ({ length }) => length > 0,
          30_000,
        );
      });
    });
  });
});

describe('the half of these tests that needs Redis', () => {
  it('is left out where redis-server is missing, and fails there in CI', () => {
    expect(findRedisServer('/nowhere')).toBeUndefined();
    expect(isRedisExpected(undefined, undefined)).toBe(findRedisServer() !== undefined);
    expect(isRedisExpected(findRedisServer('/nowhere'), 'true')).toBe(true);
    expect(isRedisExpected('/usr/bin/redis-server', undefined)).toBe(true);
  });
});
