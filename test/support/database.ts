import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database of a spec file's own: a copy of the migrated template with the demo data. */
export class TestDatabase {
  private constructor(
    readonly url: string,
    readonly name: string | null,
    private readonly client: Client,
  ) {}

  /** @param ownUrl a database that the test itself brings and removes */
  static async create(ownUrl?: string): Promise<TestDatabase> {
    const name = ownUrl === undefined ? `test_${randomBytes(6).toString('hex')}` : null;
    if (name !== null)
      await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${setting('TEST_TEMPLATE')}`));
    const url = ownUrl ?? setting('TEST_POSTGRES_URL').replace(/\/postgres$/, `/${name}`);
    const client = new Client({ connectionString: url, pipeline: true } as object);
    client.on('error', () => undefined); // a test may restart the server
    await client.connect();
    return new TestDatabase(url, name, client);
  }

  /** Runs a statement past the product. */
  async sql<Row = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query(text, values)).rows as Row[];
  }

  async drop(): Promise<void> {
    await this.client.end().catch(() => undefined); // the server may have been restarted
    if (this.name !== null) await asAdmin((admin) => admin.query(`DROP DATABASE ${this.name} WITH (FORCE)`));
  }
}

async function asAdmin(work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: setting('TEST_POSTGRES_URL') });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

/** What global-setup.mjs left for the specs. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the specs through Jest's project "e2e".`);
  return value;
}
