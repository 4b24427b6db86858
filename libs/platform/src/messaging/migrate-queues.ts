import { Client } from 'pg';

/** Creates or updates the tables in which BullMQ keeps its queues on PostgreSQL (schema `queues`). */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const { runMigrations } = await import('bullmq');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client as never, 'queues');
  } finally {
    await client.end();
  }
}
