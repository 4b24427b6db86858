import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names the accounts of a currency by what they are. */
const ACCOUNTS = `
  CREATE TABLE payments.ledger_accounts (
    code text NOT NULL CHECK (code ~ '^[a-z][a-z_]*(:[a-z0-9_]+)?$' AND length(code) <= 64),
    currency char(3) NOT NULL,
    type text NOT NULL CHECK (type IN ('asset', 'liability', 'income', 'expense')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (code, currency)
  )`;

/** The time of a transaction is in its id, which the database makes: see "closed_before" below. */
const TRANSACTIONS = `
  CREATE TABLE payments.ledger_transactions (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    kind text NOT NULL CHECK (kind IN ('capture', 'gateway_fee', 'refund', 'sale', 'credit_note')),
    ref_id uuid NOT NULL,
    reference uuid NOT NULL,
    posted_at timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) VIRTUAL,
    CONSTRAINT ledger_transactions_once UNIQUE (kind, ref_id)
  )`;

const ENTRIES = `
  CREATE TABLE payments.ledger_entries (
    transaction_id uuid NOT NULL,
    position smallint NOT NULL CHECK (position > 0),
    account text NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (transaction_id, position)
  )`;

/** What an account's entries of transactions below `closed_before` come to; no entry can be posted there any more. */
const BALANCES = `
  CREATE TABLE payments.ledger_balances (
    account text NOT NULL,
    currency char(3) NOT NULL,
    balance_minor bigint NOT NULL,
    closed_before uuid NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, currency),
    FOREIGN KEY (account, currency) REFERENCES payments.ledger_accounts (code, currency)
  )`;

/** The smallest id that uuidv7() can make at this moment or later. */
const FIRST_ID_AT = `
  CREATE FUNCTION payments.first_id_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT rpad(lpad(to_hex(greatest(floor(extract(epoch FROM moment) * 1000)::bigint, 0)), 12, '0'), 32, '0')::uuid
  $$`;

/**
 * All entries of a transaction come in one statement, and are judged together: positions without a gap and the primary
 * key keep anybody from adding to a transaction later. Accounts and transactions are looked up here instead of by foreign
 * keys, which would lock the few rows of the accounts for each of many postings.
 */
const CHECK_ENTRIES = `
  CREATE FUNCTION payments.check_ledger_entries() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (
      SELECT FROM (
        SELECT added.transaction_id, sum(added.amount_minor) AS balance, count(*) AS entries,
          max(added.position) AS last, count(account.code) AS with_account, count(transaction.id) AS with_transaction
        FROM added
        LEFT JOIN payments.ledger_accounts account ON account.code = added.account AND account.currency = added.currency
        LEFT JOIN payments.ledger_transactions transaction ON transaction.id = added.transaction_id
        GROUP BY added.transaction_id, added.currency
      ) per_currency
      GROUP BY transaction_id
      HAVING bool_or(balance <> 0) OR sum(entries) < 2 OR sum(entries) <> max(last)
        OR sum(entries) <> sum(with_account) OR sum(entries) <> sum(with_transaction)
    ) THEN
      RAISE EXCEPTION 'a ledger transaction must balance in each currency, have two entries or more, and name open accounts'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_balance';
    END IF;
    IF EXISTS (SELECT FROM added JOIN payments.ledger_balances balance ON added.transaction_id < balance.closed_before) THEN
      RAISE EXCEPTION 'a ledger entry belongs to a period that is closed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_period';
    END IF;
    RETURN NULL;
  END $$`;

const CHECK_TRANSACTIONS = `
  CREATE FUNCTION payments.check_ledger_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM added WHERE NOT EXISTS (
      SELECT FROM payments.ledger_entries entry WHERE entry.transaction_id = added.id)) THEN
      RAISE EXCEPTION 'a ledger transaction must be posted together with its entries'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transactions_have_entries';
    END IF;
    RETURN NULL;
  END $$`;

/** Double-entry bookkeeping. The database itself refuses what does not balance, and every change of what is posted. */
export class CreateLedger1763600004200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of [ACCOUNTS, TRANSACTIONS, ENTRIES, BALANCES]) await runner.query(table);
    await runner.query('CREATE INDEX ledger_transactions_reference ON payments.ledger_transactions (reference, id)');
    await runner.query(`
      CREATE INDEX ledger_entries_account ON payments.ledger_entries (account, transaction_id, position)
      INCLUDE (currency, amount_minor)`);
    for (const checking of [FIRST_ID_AT, CHECK_ENTRIES, CHECK_TRANSACTIONS]) await runner.query(checking);
    for (const table of ['ledger_transactions', 'ledger_entries']) {
      await runner.query(`
        CREATE TRIGGER balanced AFTER INSERT ON payments.${table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION payments.check_${table}()`);
    }
    for (const table of ['ledger_accounts', 'ledger_transactions', 'ledger_entries']) {
      await runner.query(`
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.${table}
        FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE payments.ledger_balances, payments.ledger_entries, payments.ledger_transactions, payments.ledger_accounts`);
    await runner.query('DROP FUNCTION payments.check_ledger_entries, payments.check_ledger_transactions');
    await runner.query('DROP FUNCTION payments.first_id_at');
  }
}
