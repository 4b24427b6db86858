import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { Backfills } from './backfills';
import { Deliveries } from './deliveries';
import { DeliveryStore } from './delivery-store';
import { Inbox } from './inbox';
import { JobQueues } from './job-queues';
import { ListenerRegistry } from './listener';
import { CreateOutbox1763600000100 } from './migrations/1763600000100-create-outbox';
import { CreateBackfills1763800000120 } from './migrations/1763800000120-create-backfills';
import { LeaseDeliveries1763900000130 } from './migrations/1763900000130-lease-deliveries';
import { TellProgressOfBackfills1763900000140 } from './migrations/1763900000140-tell-progress-of-backfills';
import { Outbox } from './outbox';
import { OutboxLag } from './outbox-lag';
import { OutboxMetrics } from './outbox-metrics';
import { OutboxUpkeep } from './outbox-upkeep';
import { OutboxWorker } from './outbox-worker';
import { QueueBackend } from './queue-backend';
import { Relay } from './relay';
import { Upkeep } from './upkeep';

/** Events through the outbox, and jobs. The api announces; the worker also delivers. */
@Global()
@Module({
  imports: [
    DatabaseModule.forModule({
      migrations: [
        CreateOutbox1763600000100,
        CreateBackfills1763800000120,
        LeaseDeliveries1763900000130,
        TellProgressOfBackfills1763900000140,
      ],
    }),
  ],
  providers: [Outbox, JobQueues, QueueBackend, OutboxMetrics, OutboxLag],
  exports: [Outbox, JobQueues, QueueBackend, OutboxLag],
})
export class MessagingModule {
  /** For the worker: also routes events to the listeners that its modules register. */
  static forWorker(): DynamicModule {
    return {
      module: MessagingModule,
      providers: [
        ListenerRegistry,
        Inbox,
        DeliveryStore,
        Deliveries,
        Relay,
        OutboxWorker,
        Upkeep,
        OutboxUpkeep,
        Backfills,
      ],
      exports: [ListenerRegistry, Upkeep, Backfills],
    };
  }
}
