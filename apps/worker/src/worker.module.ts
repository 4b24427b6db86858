import { Module } from '@nestjs/common';
import { CatalogBooksModule } from '@app/catalog';
import { NotificationsWorkerModule } from '@app/notifications';
import { OrdersWorkerModule } from '@app/orders';
import { PaymentsWorkerModule } from '@app/payments';
import { UsersWorkerModule } from '@app/users';
import { AuditModule, AuditWorkerModule } from '@platform/audit';
import { AuthWorkerModule } from '@platform/auth';
import { BooksModule } from '@platform/books';
import { ConfigModule } from '@platform/config';
import { DatabaseModule } from '@platform/database';
import { IdempotencyWorkerModule, WorkerHttpModule } from '@platform/http';
import { MessagingModule } from '@platform/messaging';
import { ObservabilityModule } from '@platform/observability';
import { PrivacyModule } from '@platform/privacy';
import { SagaModule } from '@platform/saga';

/** The worker: delivers events, runs jobs and sagas. Several may run side by side. */
@Module({
  imports: [
    ConfigModule,
    ObservabilityModule.forRoot('worker'),
    DatabaseModule,
    AuditModule,
    PrivacyModule,
    MessagingModule.forWorker(),
    SagaModule.forWorker(),
    WorkerHttpModule,
    AuditWorkerModule,
    IdempotencyWorkerModule,
    AuthWorkerModule,
    BooksModule.forWorker(),
    CatalogBooksModule,
    UsersWorkerModule,
    PaymentsWorkerModule,
    OrdersWorkerModule,
    NotificationsWorkerModule,
  ],
})
export class WorkerModule {}
