import { eventually } from './support/eventually';
import { MailSink } from './support/mail-sink';
import { isRedisExpected, RedisServer } from './support/redis';
import { Shop } from './support/shop';

/** Each part goes away, or is not as it should be, and comes back. (The database: database-restart.e2e-spec.ts.) */
describe('readiness', () => {
  const ready = async (shop: Shop) => {
    const { status, body } = await shop.api.get('/health/ready');
    const statuses = Object.entries<{ status: string }>(body.checks).map(([name, check]) => [name, check.status]);
    return { status, word: body.status as string, parts: Object.fromEntries(statuses), checks: body.checks };
  };
  const GOOD = { database: 'up', migrations: 'up', queue: 'up', gateway: 'up', mail: 'up' };

  /** Looks until the parts are as expected, which remembered answers delay. */
  const expectParts = async (shop: Shop, parts: object, status = 200) => {
    const expected = { ...GOOD, ...parts };
    const isThere = (seen: { parts: object }) =>
      JSON.stringify(sorted(seen.parts)) === JSON.stringify(sorted(expected));
    const seen = await eventually(() => ready(shop), isThere, 30_000);
    expect([seen.status, seen.word]).toEqual([status, status === 200 ? 'up' : 'down']);
    return seen.checks;
  };

  describe('with queues on PostgreSQL', () => {
    let shop: Shop;
    let mail: MailSink;

    beforeAll(async () => {
      mail = await MailSink.open();
      shop = await Shop.open({ settings: { SMTP_URL: mail.url } });
    });
    afterAll(async () => {
      await shop?.close();
      await mail.close();
    });

    it('reports every part, with how long it took and where it is', async () => {
      const checks = await expectParts(shop, {});
      expect(checks).toMatchObject({ queue: { backend: 'postgres' }, gateway: { url: shop.gatewayUrl } });
      for (const { latencyMs } of Object.values<{ latencyMs: number }>(checks)) expect(latencyMs).toBeGreaterThan(0);
      expect(JSON.stringify(checks)).not.toMatch(/smtp:|postgres:\/\/|password|127\.0\.0\.1:\d+\/\w/);
    });

    it('stays ready without mail and gateway, and sees both come back', async () => {
      const port = Number(new URL(mail.url).port);
      await mail.close();
      await shop.gateway.stop();
      await expectParts(shop, { mail: 'down', gateway: 'down' });
      mail = await MailSink.open({ port });
      await shop.startGatewayAgain();
      await expectParts(shop, {});
    });

    it('is not ready while a migration is missing', async () => {
      const { program, api } = await shop.startApiProcess();
      const [last] = await shop.db.sql(
        'DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING *',
      );
      const { status, body } = await api.get('/health/ready');
      expect([status, body.status, body.checks.migrations.status]).toEqual([503, 'down', 'down']);
      await shop.db.sql('INSERT INTO migrations SELECT * FROM jsonb_populate_record(NULL::migrations, $1)', [last]);
      expect((await api.get('/health/ready')).status).toBe(200);
      await program.stop();
    });
  });

  const onRedis = isRedisExpected() ? describe : describe.skip;
  onRedis('with queues on Redis', () => {
    let shop: Shop;
    let redis: RedisServer;

    beforeAll(async () => {
      redis = await RedisServer.open();
      shop = await Shop.open({ settings: { REDIS_URL: redis.url } });
    });
    afterAll(async () => {
      await shop?.close();
      await redis.kill();
    });

    it('stays ready without Redis, and sees it come back', async () => {
      expect(await expectParts(shop, {})).toMatchObject({ queue: { backend: 'redis', evictionPolicy: 'noeviction' } });
      await redis.kill();
      await expectParts(shop, { queue: 'down' });
      await redis.start();
      await expectParts(shop, {});
    });

    it('sees a Redis that hangs', async () => {
      redis.freeze();
      await expectParts(shop, { queue: 'down' });
      redis.thaw();
      await expectParts(shop, {});
    });

    it('is degraded, and loud at the start, with a Redis that would throw jobs away', async () => {
      await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      expect(await expectParts(shop, { queue: 'degraded' })).toMatchObject({
        queue: { evictionPolicy: 'allkeys-lru' },
      });
      const { program } = await shop.startApiProcess();
      const worker = await shop.startWorker();
      for (const each of [program, worker]) {
        const warnings = await eventually(
          () => Promise.resolve(each.log.split('\n').filter((line) => line.includes('queues.may_forget'))),
          (lines) => lines.length > 0,
        );
        expect(warnings).toEqual([expect.stringMatching(/"level":"error".*"policy":"allkeys-lru"/)]);
      }
      await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await expectParts(shop, {});
      await program.stop();
    });
  });
});

function sorted(parts: object): Array<[string, unknown]> {
  return Object.entries(parts).sort(([a], [b]) => a.localeCompare(b));
}
