import { Module } from '@nestjs/common';
import { CatalogModule } from '@app/catalog';
import { InventoryModule } from '@app/inventory';
import { NotificationsModule } from '@app/notifications';
import { OrdersModule } from '@app/orders';
import { PaymentsModule } from '@app/payments';
import { UsersModule, usersAuthConfig } from '@app/users';
import { AuditModule } from '@platform/audit';
import { AuditEventsModule } from '@platform/trail';
import { AuthModule } from '@platform/auth';
import { BooksModule } from '@platform/books';
import { ConfigModule } from '@platform/config';
import { DatabaseModule } from '@platform/database';
import { HttpModule } from '@platform/http';
import { MessagingModule } from '@platform/messaging';
import { ObservabilityModule } from '@platform/observability';
import { OperationsModule } from '@platform/operations';
import { PrivacyModule } from '@platform/privacy';
import { SagaModule } from '@platform/saga';

/** The API: every module with its controllers. Guards run in the order of HttpModule, AuthModule. */
@Module({
  imports: [
    ConfigModule,
    ObservabilityModule.forRoot('api'),
    DatabaseModule,
    AuditModule,
    PrivacyModule,
    MessagingModule,
    SagaModule,
    HttpModule,
    AuthModule.forRoot(usersAuthConfig),
    AuditEventsModule,
    OperationsModule,
    BooksModule.forApi(),
    UsersModule,
    CatalogModule,
    InventoryModule,
    PaymentsModule,
    OrdersModule,
    NotificationsModule,
  ],
})
export class AppModule {}
