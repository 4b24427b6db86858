import { Module } from '@nestjs/common';
import { OrdersCoreModule } from '@app/orders';
import { UsersFacadeModule } from '@app/users';
import { DatabaseModule } from '@platform/database';
import { ListenerRegistry } from '@platform/messaging';
import { Mailer } from './mailer';
import { MailsRepository } from './mails.repository';
import { CreateMails1763600006000 } from './migrations/1763600006000-create-mails';
import { SendConfirmationWhenOrderConfirmed } from './send-confirmation-when-order-confirmed.handler';

/** Mail, for the worker. */
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreateMails1763600006000] }), OrdersCoreModule, UsersFacadeModule],
  providers: [Mailer, MailsRepository, SendConfirmationWhenOrderConfirmed],
})
export class NotificationsWorkerModule {
  constructor(listeners: ListenerRegistry, sendConfirmation: SendConfirmationWhenOrderConfirmed) {
    listeners.register(sendConfirmation);
  }
}
