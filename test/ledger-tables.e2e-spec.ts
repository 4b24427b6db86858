import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { LedgerFacade, PaymentsCoreModule } from '@app/payments';
import { LedgerClosing } from '../libs/payments/src/ledger/ledger-closing';
import { LedgerRepository } from '../libs/payments/src/ledger/ledger.repository';
import { LedgerService } from '../libs/payments/src/ledger/ledger.service';
import { AuditModule } from '@platform/audit';
import { MessagingModule } from '@platform/messaging';
import { TestDatabase } from './support/database';
import { postedAbout } from './support/ledger';
import { Platform } from './support/platform';

type Line = [account: string, currency: string, amountMinor: number, position?: number];

const POST = `
  WITH posted AS (
    INSERT INTO payments.ledger_transactions (id, kind, ref_id, reference)
    SELECT $1::uuid, 'sale', $1::uuid, $1::uuid WHERE $6
  )
  INSERT INTO payments.ledger_entries (transaction_id, position, account, currency, amount_minor)
  SELECT $1, position, account, currency, amount
  FROM unnest($2::smallint[], $3::text[], $4::text[], $5::bigint[]) AS line (position, account, currency, amount)`;

/** What the database says of the ledger by itself, whatever the code above it believes. */
describe('the tables of the ledger', () => {
  let db: TestDatabase;
  let platform: Platform;

  beforeAll(async () => {
    db = await TestDatabase.create();
    platform = await Platform.open(db, [AuditModule, MessagingModule, PaymentsCoreModule]);
    await sell(1); // opens the accounts in USD
    await db.sql(`INSERT INTO payments.ledger_accounts (code, currency, type) VALUES ('customers', 'EUR', 'liability'),
      ('revenue:sales', 'EUR', 'income')`);
  });
  afterAll(async () => {
    await platform.close();
    await db.drop();
  });

  const sell = async (netMinor: number, reference: string = randomUUID()) => {
    const sale = { reference, currency: 'USD', netMinor, taxMinor: 0, shippingMinor: 0 };
    await platform.uow.run(async () => platform.get(LedgerFacade).queueSale(sale));
    return reference;
  };
  const post = async (
    lines: Line[],
    { id, withTransaction = true }: { id?: string; withTransaction?: boolean } = {},
  ) => {
    const [made] = await db.sql<{ id: string }>('SELECT uuidv7() AS id');
    const columns = [
      lines.map(([, , , position], at) => position ?? at + 1),
      lines.map(([account]) => account),
      lines.map(([, currency]) => currency),
      lines.map(([, , amount]) => amount),
    ];
    await db.sql(POST, [id ?? made?.id, ...columns, withTransaction]);
    return (id ?? made?.id) as string;
  };
  const GOOD: Line[] = [
    ['customers', 'USD', 100],
    ['revenue:sales', 'USD', -100],
  ];
  const UNBALANCED = { constraint: 'ledger_entries_balance' };
  const balanceOf = async (account: string) => {
    const { data } = await new LedgerService(platform.get(LedgerRepository)).listAccounts(100);
    return data.find(({ code, currency }) => code === account && currency === 'USD')?.balanceMinor;
  };

  it('take what balances, in each currency', async () => {
    const id = await post([...GOOD, ['customers', 'EUR', 7], ['revenue:sales', 'EUR', -7]]);
    expect(await postedAbout(db, id)).toHaveLength(1);
  });

  it.each<[what: string, lines: Line[], more?: { withTransaction: boolean }]>([
    [
      'does not balance',
      [
        ['customers', 'USD', 100],
        ['revenue:sales', 'USD', -99],
      ],
    ],
    [
      'balances over two currencies only',
      [
        ['customers', 'USD', 100],
        ['revenue:sales', 'EUR', -100],
      ],
    ],
    ['has a single entry', [['customers', 'USD', 100]]],
    [
      'names an account that is not open',
      [
        ['customers', 'USD', 100],
        ['revenue:tips', 'USD', -100],
      ],
    ],
    [
      'names an account in a currency that it is not of',
      [
        ['customers', 'JPY', 100],
        ['revenue:sales', 'JPY', -100],
      ],
    ],
    [
      'leaves a place free for more',
      [
        ['customers', 'USD', 100, 1],
        ['revenue:sales', 'USD', -100, 3],
      ],
    ],
    ['belongs to no transaction', GOOD, { withTransaction: false }],
  ])('refuse what %s', async (...[, lines, more]) => {
    await expect(post(lines, more)).rejects.toMatchObject(UNBALANCED);
  });

  it('refuse what is added to a transaction later, though it balances', async () => {
    const id = await post(GOOD);
    await expect(post(GOOD, { id, withTransaction: false })).rejects.toMatchObject({
      constraint: 'ledger_entries_pkey',
    });
    const later = GOOD.map(([account, currency, amount], at): Line => [account, currency, amount, at + 3]);
    await expect(post(later, { id, withTransaction: false })).rejects.toMatchObject(UNBALANCED);
  });

  it('refuse a transaction without entries, and an entry of nothing', async () => {
    await expect(post([])).rejects.toMatchObject({ constraint: 'ledger_transactions_have_entries' });
    await expect(post([...GOOD, ['customers', 'USD', 0]])).rejects.toMatchObject({
      constraint: 'ledger_entries_amount_minor_check',
    });
  });

  it.each(['ledger_accounts', 'ledger_transactions', 'ledger_entries'])('refuse any change of %s', async (table) => {
    const column = table === 'ledger_accounts' ? 'type' : table === 'ledger_entries' ? 'amount_minor' : 'kind';
    for (const change of [
      `UPDATE payments.${table} SET ${column} = ${column}`,
      `DELETE FROM payments.${table} WHERE false`,
      `TRUNCATE payments.${table} CASCADE`,
    ])
      await expect(db.sql(change)).rejects.toMatchObject({ code: '23001' });
  });

  it('take the same thing once, though ten post it at the same time and one of them twice', async () => {
    const reference = randomUUID();
    await Promise.all(Array.from({ length: 10 }, () => sell(500, reference)));
    await platform.uow.run(async () => {
      const sale = { reference, currency: 'USD', netMinor: 500, taxMinor: 0, shippingMinor: 0 };
      platform.get(LedgerFacade).queueSale(sale);
      platform.get(LedgerFacade).queueSale(sale);
    });
    expect(await postedAbout(db, reference)).toEqual([['sale', ['customers', 500], ['revenue:sales', -500]]]);
  });

  describe('closed up to a moment', () => {
    const closing = () => new LedgerClosing(platform.uow);
    const sum = async (account: string) => {
      const text = `SELECT sum(amount_minor) FROM payments.ledger_entries WHERE account = $1 AND currency = 'USD'`;
      return Number((await db.sql<{ sum: string }>(text, [account]))[0]?.sum);
    };

    it('give the same balances, again and again, and with what is posted since', async () => {
      await sell(40);
      const before = await balanceOf('customers');
      expect(before).toBe(await sum('customers'));
      expect(await closing().close(0)).toBeGreaterThan(0);
      expect(await balanceOf('customers')).toBe(before);
      await sell(2);
      expect(await balanceOf('customers')).toBe(before! + 2);
      await closing().close(0);
      expect(await balanceOf('customers')).toBe(before! + 2);
      const [closed] = await db.sql<{ minor: string }>(
        `SELECT balance_minor AS minor FROM payments.ledger_balances WHERE account = 'customers' AND currency = 'USD'`,
      );
      expect(Number(closed?.minor)).toBe(before! + 2); // the sum is really kept, not counted each time
    });

    it('never shut out what somebody has posted and not yet committed', async () => {
      const slow = new Client({ connectionString: db.url });
      await slow.connect();
      await slow.query('BEGIN');
      const columns = [
        [1, 2],
        ['customers', 'revenue:sales'],
        ['USD', 'USD'],
        [1_000, -1_000],
      ];
      const [made] = (await slow.query<{ id: string }>('SELECT uuidv7() AS id')).rows;
      await slow.query(POST, [made?.id, ...columns, true]);
      const meanwhile = await sell(3);
      const before = await balanceOf('customers');
      await closing().close(0);
      await slow.query('COMMIT').finally(() => slow.end());
      expect(await postedAbout(db, meanwhile)).toHaveLength(1);
      expect(await balanceOf('customers')).toBe(before! + 1_000);
      await closing().close(0);
      expect(await balanceOf('customers')).toBe(await sum('customers'));
    });

    it('refuse entries of before', async () => {
      await closing().close(0);
      const [old] = await db.sql<{ id: string }>(`SELECT uuidv7(interval '-1 hour') AS id`);
      await expect(post(GOOD, { id: old?.id })).rejects.toMatchObject({ constraint: 'ledger_entries_period' });
    });

    it('may be closed by several at once', async () => {
      await sell(11);
      await Promise.all(Array.from({ length: 8 }, () => closing().close(0)));
      expect(await balanceOf('customers')).toBe(await sum('customers'));
    });
  });
});
