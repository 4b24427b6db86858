import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { AuditErasures, AuditSealer, AuditWorkerModule, Audit, AuditModule } from '@platform/audit';
import { MessagingModule } from '@platform/messaging';
import { runInContext } from '@platform/observability';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { FORBIDDEN, outcomeOf } from './support/outcome';
import { readAllPages } from './support/pages';
import { register } from './support/people';
import { Platform } from './support/platform';
import { settingsFor, Shop } from './support/shop';

/** The command, on a database of the test's. */
async function verify(url: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', ...settingsFor(url, 0, 'http://127.0.0.1:9'), LOG_LEVEL: 'silent' };
  const child = spawn(process.execPath, ['dist/apps/worker/src/verify-audit.js', ...args], { env });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe('the audit trail', () => {
  let db: TestDatabase;
  let platform: Platform;

  beforeEach(async () => {
    db = await TestDatabase.create();
    platform = await Platform.open(db, [MessagingModule.forWorker(), AuditModule, AuditWorkerModule]);
  });
  afterEach(async () => {
    await platform.close();
    await db.drop();
  });

  /** The loop seals too, and who finds the other at work goes away. */
  const sealAll = async () => {
    await eventually(
      async () => {
        while (await platform.get(AuditSealer).seal());
        return db.sql('SELECT FROM platform.audit_queue');
      },
      (waiting) => waiting.length === 0,
    );
  };
  const record = (actor: string, resourceId: string = randomUUID(), change: object = { after: { n: 1 } }) =>
    runInContext({ requestId: randomUUID(), actor, address: '203.0.113.7' }, () =>
      platform.uow.run(async () => {
        platform.get(Audit).record({ action: 'tests.done', resource: 'user', resourceId, ...change });
      }),
    );
  const recordMany = async (count: number) => {
    for (let n = 0; n < count; n++) await record('tester');
    await sealAll();
  };
  /** Like somebody who may do everything in the database. */
  const tamper = async (...statements: string[]) => {
    for (const table of ['audit_events', 'audit_seals'])
      await db.sql(`ALTER TABLE platform.${table} DISABLE TRIGGER ALL`);
    for (const statement of statements) await db.sql(statement);
    for (const table of ['audit_events', 'audit_seals'])
      await db.sql(`ALTER TABLE platform.${table} ENABLE TRIGGER ALL`);
  };
  const head = async () => {
    const [row] = await db.sql<{ seq: string; hash: Buffer }>('SELECT seq, hash FROM platform.audit_head');
    return { seq: Number(row?.seq), hash: (row?.hash ?? Buffer.alloc(0)).toString('hex') };
  };

  it('refuses UPDATE, DELETE and TRUNCATE in the database, on rows and on seals', async () => {
    await recordMany(2);
    const refused = expect.objectContaining({ code: '23001' });
    for (const statement of [
      `UPDATE platform.audit_events SET action = 'x'`,
      `UPDATE platform.audit_events SET address = '192.0.2.1'`,
      `UPDATE platform.audit_events SET after = '{}', actor = NULL`,
      'DELETE FROM platform.audit_events',
      'TRUNCATE platform.audit_events',
      'UPDATE platform.audit_seals SET seq = seq + 100',
      `UPDATE platform.audit_seals SET hash = ''`,
      'DELETE FROM platform.audit_seals',
      'TRUNCATE platform.audit_seals',
    ])
      await expect(db.sql(statement)).rejects.toEqual(refused);
    expect(await verify(db.url)).toMatchObject({ code: 0 });
  });

  it('is sealed in the order of finding, every row once, also those whose transaction ended late', async () => {
    await sealAll();
    const { seq: before } = await head();
    let finish = () => {};
    const started = new Promise<void>((resolve) => (finish = resolve));
    let isWritten = () => {};
    const written = new Promise<void>((resolve) => (isWritten = resolve));
    const late = platform.uow.run(async () => {
      await platform.uow.sql(
        `WITH queued AS (INSERT INTO platform.audit_queue SELECT $1::uuid)
         INSERT INTO platform.audit_events (id, action, resource, resource_id) VALUES ($1, 'tests.late', 'test', '1')`,
        ['01900000-0000-7000-8000-000000000001'],
      );
      isWritten();
      await started;
    });
    await written;
    await recordMany(3);
    expect((await head()).seq).toBe(before + 3);
    finish();
    await late;
    await Promise.all([sealAll(), sealAll(), sealAll()]);
    expect((await head()).seq).toBe(before + 4);
    const [row] = await db.sql(`SELECT count(*) AS count FROM platform.audit_queue`);
    expect(Number(row?.count)).toBe(0);
    expect(await verify(db.url)).toMatchObject({ code: 0, output: expect.stringContaining('is whole') });
  });

  it('is sealed once by two workers and writers at the same time', async () => {
    const writing = Promise.all(Array.from({ length: 40 }, (_, n) => record(`writer ${n}`)));
    const sealing = Promise.all([sealAll(), sealAll(), sealAll(), sealAll()]);
    await Promise.all([writing, sealing]);
    await sealAll();
    const [counts] = await db.sql(
      `SELECT (SELECT count(*) FROM platform.audit_events) = (SELECT count(*) FROM platform.audit_seals) AS same`,
    );
    expect(counts).toEqual({ same: true });
    expect(await verify(db.url)).toMatchObject({ code: 0 });
  });

  const third = `(SELECT event_id FROM platform.audit_seals WHERE seq = (SELECT max(seq) - 2 FROM platform.audit_head))`;

  it.each([
    ['a changed action', [`UPDATE platform.audit_events SET action = 'tests.nothing' WHERE id = ${third}`]],
    ['a changed actor', [`UPDATE platform.audit_events SET actor = 'somebody' WHERE id = ${third}`]],
    [
      'a changed time',
      [`UPDATE platform.audit_events SET occurred_at = occurred_at - interval '1 ms' WHERE id = ${third}`],
    ],
    ['a changed value', [`UPDATE platform.audit_events SET after = '{"n": 2}' WHERE id = ${third}`]],
    ['a changed address', [`UPDATE platform.audit_events SET address = '192.0.2.1' WHERE id = ${third}`]],
    [
      'an erasure that nobody noted',
      [
        `UPDATE platform.audit_events SET address = NULL WHERE id = ${third}`,
        `UPDATE platform.audit_seals SET address_salt = NULL WHERE event_id = ${third}`,
      ],
    ],
    ['a removed row', [`DELETE FROM platform.audit_events WHERE id = ${third}`]],
    [
      'a removed row with its seal',
      [
        `WITH seal AS (DELETE FROM platform.audit_seals WHERE event_id = ${third} RETURNING event_id)
      DELETE FROM platform.audit_events WHERE id IN (SELECT event_id FROM seal)`,
      ],
    ],
  ])('shows %s', async (_what, statements) => {
    await recordMany(5);
    const { seq } = await head();
    await tamper(...statements);
    const { code, output } = await verify(db.url);
    expect(output).toContain(`first broken sequence: ${seq - 2}.`);
    expect(code).toBe(1);
  });

  it('shows an end that was cut off, and a chain that was computed anew, by the head that was logged', async () => {
    await recordMany(4);
    const noted = await head();
    const line = platform.logged('audit.sealed').at(-1);
    expect(line).toMatchObject(noted);
    await tamper(
      `DELETE FROM platform.audit_events WHERE id = (SELECT event_id FROM platform.audit_seals WHERE seq = ${noted.seq})`,
      `DELETE FROM platform.audit_seals WHERE seq = ${noted.seq}`,
    );
    const cut = await verify(db.url);
    expect(cut).toMatchObject({ code: 1, output: expect.stringContaining(`first broken sequence: ${noted.seq}.`) });
    await tamper(
      `UPDATE platform.audit_head SET seq = last.seq, hash = last.hash
       FROM (SELECT seq, hash FROM platform.audit_seals ORDER BY seq DESC LIMIT 1) last`,
    );
    expect(await verify(db.url)).toMatchObject({ code: 0 });
    expect(await verify(db.url, '--head', `${noted.seq}:${noted.hash}`)).toMatchObject({ code: 1 });
    await recordMany(1);
    expect(await verify(db.url, '--head', `${noted.seq}:${noted.hash}`)).toMatchObject({
      code: 1,
      output: expect.stringContaining('is not the one noted'),
    });
  });

  it('shows a row that was inserted past the product, and one that waits too long', async () => {
    await recordMany(1);
    await db.sql(
      `INSERT INTO platform.audit_events (id, action, resource, resource_id) VALUES (uuidv7(), 'x', 'x', 'x')`,
    );
    const inserted = await verify(db.url);
    expect(inserted).toMatchObject({ code: 1, output: expect.stringContaining('was inserted past the product') });
    await platform.close();
    platform = await Platform.open(db, [MessagingModule, AuditModule]); // nobody seals
    await tamper(`DELETE FROM platform.audit_events WHERE action = 'x'`);
    await record('tester');
    expect(await verify(db.url)).toMatchObject({ code: 0, output: expect.stringContaining('1 waiting') });
    await tamper(`UPDATE platform.audit_events SET occurred_at = now() - interval '1 hour' WHERE actor = 'tester'
      AND id NOT IN (SELECT event_id FROM platform.audit_seals)`);
    expect(await verify(db.url)).toMatchObject({
      code: 1,
      output: expect.stringContaining('waits for its seal too long'),
    });
  });

  it('loses a person and stays whole', async () => {
    const [person, other] = [randomUUID(), randomUUID()];
    await record(person, person, { before: { email: 'old' }, after: { email: 'new' } });
    await record(person, other, { after: { email: 'theirs' } });
    await record(other, person, { after: { email: 'newer' } });
    await sealAll();
    await record(person, person, { after: { email: 'unsealed yet' } });
    const erase = () => platform.uow.run(() => platform.get(AuditErasures).erase('user', person, 2));
    expect([await erase(), await erase(), await erase()]).toEqual([2, 2, 0]);
    await sealAll();
    const rows = await db.sql(
      `SELECT actor = $1 AS mine, resource_id = $1 AS about, address, before, after FROM platform.audit_events
       WHERE action = 'tests.done' ORDER BY id`,
      [person],
    );
    const nothing = { address: null, before: null, after: null };
    expect(rows).toEqual([
      { mine: true, about: true, ...nothing },
      { mine: true, about: false, address: null, before: null, after: { email: 'theirs' } },
      { mine: false, about: true, address: '203.0.113.7', before: null, after: null },
      { mine: true, about: true, ...nothing },
    ]);
    const [salts] = await db.sql(
      `SELECT count(*) FILTER (WHERE actor = $1 AND address_salt IS NOT NULL) AS address,
         count(*) FILTER (WHERE resource_id = $1 AND change_salt IS NOT NULL) AS change
       FROM platform.audit_seals JOIN platform.audit_events ON id = event_id`,
      [person],
    );
    expect(salts).toEqual({ address: '0', change: '0' });
    expect(await verify(db.url)).toMatchObject({
      code: 0,
      output: expect.stringContaining('3 of them with erased parts'),
    });
  });
});

describe('GET /audit-events', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
  });
  afterAll(() => shop.close());

  it('shows who did what from where, to who may read it, and filters', async () => {
    const person = await register(shop.api);
    const requestId = randomUUID();
    const began = new Date().toISOString();
    expectStatus(
      await person.client.patch('/users/me', { firstName: 'Ada' }, { headers: { 'x-request-id': requestId } }),
      200,
    );
    expect(outcomeOf(await person.client.get('/audit-events'))).toEqual(FORBIDDEN);
    expect(outcomeOf(await shop.as('support').get('/audit-events'))).toEqual(FORBIDDEN);
    const admin = shop.as('admin');
    const ask = async (query: string) => expectStatus(await admin.get(`/audit-events?${query}`), 200).body.data;
    const [event] = await eventually(
      () => ask(`actor=${person.id}&action=users.profile_changed`),
      ([found]) => found?.seq > 0,
    );
    expect(event).toEqual({
      ...{ id: expect.any(String), action: 'users.profile_changed', actor: person.id, resource: 'user' },
      ...{ resourceId: person.id, before: { firstName: 'Grace' }, after: { firstName: 'Ada' }, address: '127.0.0.1' },
      ...{ requestId, occurredAt: expect.any(String), seq: expect.any(Number) },
    });
    expect((await ask(`resource=user&resourceId=${person.id}`)).length).toBe(2);
    expect(await ask(`resource=order&resourceId=${person.id}`)).toEqual([]);
    expect((await ask(`actor=${person.id}&from=${began}`)).map(({ id }: { id: string }) => id)).toEqual([event.id]);
    expect((await ask(`actor=${person.id}&to=${began}`)).map(({ action }: { action: string }) => action)).toEqual([
      'users.registered',
    ]);
    const all = await readAllPages(admin, '/audit-events', 3);
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort().reverse());
    const [{ count }] = (await shop.db.sql('SELECT count(*) AS count FROM platform.audit_events')) as [
      { count: string },
    ];
    expect(ids).toHaveLength(Number(count));
  });
});
