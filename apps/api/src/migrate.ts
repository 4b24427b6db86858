import '@platform/runtime'; // first: it is about all that is loaded after it
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { DemoCatalog } from '@app/catalog';
import { NotificationsWorkerModule } from '@app/notifications';
import { DemoOrders } from '@app/orders';
import { UsersFacade } from '@app/users';
import { Config, loadSettings, SettingsError } from '@platform/config';
import { createDataSource, migrate } from '@platform/database';
import { migrateQueues } from '@platform/messaging';
import { Log, NestLogger } from '@platform/observability';
import { AppModule } from './app.module';

/**
 * Brings the database to the newest schema, with `--demo-data` also fills it. Run it before a new version starts; it is
 * harmless to run it again, or twice at once.
 */
async function main(): Promise<void> {
  const settings = loadSettings();
  const config = new Config(settings);
  const log = new Log(settings.LOG_LEVEL, 'migrate', settings.LOG_FILE);
  await runMigrations(config, log);
  if (process.argv.includes('--demo-data')) await fillWithDemoData(log);
  process.exit(0);
}

/** Importing a module has registered its migrations: the api's, and what only the worker mounts. */
async function runMigrations(config: Config, log: Log): Promise<void> {
  const mounted = [AppModule.name, NotificationsWorkerModule.name];
  const dataSource = await createDataSource(config, log, 'patient').initialize();
  const ran = await migrate(dataSource, config.directDatabaseUrl);
  await dataSource.destroy();
  if (!config.get('REDIS_URL')) await migrateQueues(config.directDatabaseUrl);
  log.info('migrate.done', { mounted, ran });
}

async function fillWithDemoData(log: Log): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  const customerId = await app.get(UsersFacade, { strict: false }).ensureDemoUsers();
  await app.get(DemoCatalog, { strict: false }).ensureDemoProducts();
  await app.get(DemoOrders, { strict: false }).ensure(customerId);
  await app.close();
  log.info('migrate.demo_data_ready');
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof SettingsError ? error.message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exit(1);
});
