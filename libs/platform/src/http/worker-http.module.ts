import { Global, Module } from '@nestjs/common';
import { DatabaseHealth } from './database-health';
import { Health } from './health';
import { OutboxHealth } from './outbox-health';
import { QueueHealth } from './queue-health';
import { WorkerServer } from './worker-server';

/** What the worker tells of itself over HTTP. */
@Global()
@Module({
  providers: [Health, DatabaseHealth, QueueHealth, OutboxHealth, WorkerServer],
  exports: [Health],
})
export class WorkerHttpModule {}
