import { passwordChanged } from '@app/users';
import { MessagingModule, Outbox } from '@platform/messaging';
import { Program } from './support/child-process';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { MailSink } from './support/mail-sink';
import { Platform } from './support/platform';
import { settingsFor } from './support/shop';

const CONNECTIONS = 4;
const [OF_THE_FROZEN, OF_THE_OTHER] = [12, 20];
/** A lease ends within this of the last word of the worker that has it. */
const LEASE_S = 10;

interface Delivery {
  id: string;
  lease: string | null;
  notBefore: Date;
}

/** Two built workers, and a mail server that takes longer than a delivery is leased for. */
describe('a mail server that takes its time', () => {
  let db: TestDatabase;
  let mails: MailSink;
  let api: Platform;
  let settings: Record<string, string>;
  let userId: string;
  const workers: Program[] = [];

  beforeAll(async () => {
    db = await TestDatabase.create();
    mails = await MailSink.open({ isHolding: true });
    settings = { ...settingsFor(db.url, 0, 'http://127.0.0.1:9'), SMTP_URL: mails.url };
    api = await Platform.open(db, [MessagingModule]);
    [{ id: userId }] = (await db.sql(`SELECT id FROM users.users WHERE email = 'customer@demo.test'`)) as [
      { id: string },
    ];
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await api.close();
    await mails.close();
    await db.drop();
  });

  const startWorker = async () => {
    const worker = await Program.start('worker/src/main.js', settings);
    workers.push(worker);
    return worker;
  };
  const announce = (count: number) =>
    api.uow.run(async () => {
      for (let n = 0; n < count; n++) api.get(Outbox).add(passwordChanged({ userId }));
    });
  const deliveries = () =>
    db.sql<Delivery>(
      `SELECT event_id AS id, lease, not_before AS "notBefore" FROM platform.outbox_deliveries ORDER BY event_id`,
    );
  const waiting = (count: number) =>
    eventually(
      () => Promise.resolve(mails.waiting),
      (seen) => seen === count,
    );
  /** By the database's clock, with a look of the workers behind it. */
  const untilEnded = ({ notBefore }: Delivery) =>
    eventually(
      () => db.sql<{ over: boolean }>(`SELECT now() > $1::timestamptz + interval '1.5 s' AS over`, [notBefore]),
      ([row]) => row?.over === true,
    );
  const countById = () => {
    const counts = new Map<string, number>();
    for (const mail of mails.taken) {
      const id = /<password-changed\.([^@]*)@/.exec(mail)?.[1] ?? 'none';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  };

  it('gets each mail once from workers that live, and from a frozen one only what it had been given before', async () => {
    const frozen = await startWorker();
    await announce(OF_THE_FROZEN);
    await waiting(CONNECTIONS);
    const before = await deliveries();
    frozen.signal('SIGSTOP');
    const [leased] = await db.sql<{ s: number }>(
      `SELECT extract(epoch FROM max(not_before) - now())::float8 AS s FROM platform.outbox_deliveries`,
    );
    expect(leased?.s).toBeLessThan(LEASE_S);

    await startWorker();
    await announce(OF_THE_OTHER);
    await waiting(2 * CONNECTIONS);
    const isOfFrozen = ({ id }: Delivery) => before.some((delivery) => delivery.id === id);
    const isLeaseOfFrozen = (lease: string) => before.some((delivery) => delivery.lease === lease);
    const own = (await deliveries()).filter(({ lease }) => lease !== null && !isLeaseOfFrozen(lease));
    expect(own.length).toBeGreaterThanOrEqual(CONNECTIONS);
    const takenOver = await eventually(
      async () => (await deliveries()).filter(isOfFrozen),
      (seen) => seen.every(({ lease }) => lease !== null && before.every((delivery) => delivery.lease !== lease)),
    );
    expect(takenOver).toHaveLength(OF_THE_FROZEN);

    frozen.signal('SIGCONT');
    mails.letGo(CONNECTIONS); // the answers that the frozen one has waited for
    await eventually(
      () => Promise.resolve(frozen.log),
      (log) => log.includes('outbox.lease_lost'),
    );
    await untilEnded(own[0]!);
    expect(mails.waiting).toBe(CONNECTIONS);
    expect(await deliveries()).toHaveLength(OF_THE_FROZEN + OF_THE_OTHER);
    expect(await db.sql('SELECT FROM notifications.mails')).toEqual([]);

    mails.letGo();
    await eventually(deliveries, ({ length }) => length === 0);
    expect(await frozen.stop()).toBe(0);
    const counts = countById();
    expect(counts.size).toBe(OF_THE_FROZEN + OF_THE_OTHER);
    const twice = [...counts].filter(([, count]) => count > 1);
    expect(twice.map(([id, count]) => [before.some((delivery) => delivery.id === id), count])).toEqual(
      Array.from({ length: CONNECTIONS }, () => [true, 2]),
    );
    expect(await db.sql('SELECT FROM notifications.mails WHERE sent_at IS NOT NULL')).toHaveLength(counts.size);
  });
});
