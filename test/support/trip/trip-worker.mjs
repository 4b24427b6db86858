/** A worker that runs the example of docs/sagas.md and nothing else, on the built platform; a test kills it. */
import { createRequire } from 'node:module';
import { agencyAt } from './agency.mjs';
import { tripSaga } from './trip.saga.ts';

const require = createRequire(import.meta.url);
const platform = (part) => require(`../../../dist/libs/platform/src/${part}/index.js`);

platform('runtime');
require('reflect-metadata');
const { NestFactory } = require('@nestjs/core');
const { AuditModule } = platform('audit');
const { ConfigModule } = platform('config');
const { DatabaseModule, UnitOfWork } = platform('database');
const { MessagingModule } = platform('messaging');
const { ObservabilityModule } = platform('observability');
const { SagaModule, SagaRegistry } = platform('saga');

class TripModule {}
class TripWorker {}

const agency = agencyAt(process.env.DATABASE_URL);
const trips = {
  module: TripModule,
  providers: [
    {
      provide: TripModule.name,
      inject: [SagaRegistry, UnitOfWork],
      useFactory: (sagas, uow) => sagas.register(tripSaga(uow, agency)) ?? null,
    },
  ],
};
const worker = {
  module: TripWorker,
  imports: [
    ConfigModule,
    ObservabilityModule.forRoot('trip-worker'),
    DatabaseModule,
    AuditModule,
    MessagingModule.forWorker(),
    SagaModule.forWorker(),
    trips,
  ],
};
const app = await NestFactory.createApplicationContext(worker, { logger: false, abortOnError: false });
process.once('SIGTERM', async () => {
  await app.close();
  await agency.close();
  process.exit(0);
});
process.send?.({ ready: true });
