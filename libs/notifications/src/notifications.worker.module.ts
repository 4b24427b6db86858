import { Inject, Module } from '@nestjs/common';
import { OrdersCoreModule } from '@app/orders';
import { UsersFacadeModule } from '@app/users';
import { BooksModule } from '@platform/books';
import { DatabaseModule } from '@platform/database';
import { ListenerRegistry, Upkeep, type Listener } from '@platform/messaging';
import { ConfirmedOrders } from './confirmed-orders';
import { MailHealth } from './mail-health';
import { MailSender } from './mail-sender';
import { Mailer } from './mailer';
import { MailsRepository } from './mails.repository';
import { CreateMails1763600006000 } from './migrations/1763600006000-create-mails';
import { NOTIFICATIONS_CHECKS } from './notifications.books';
import { SendConfirmationWhenOrderConfirmed } from './send-confirmation-when-order-confirmed.handler';
import { SendResetWhenPasswordForgotten } from './send-reset-when-password-forgotten.handler';
import { SendVerificationWhenUserRegistered } from './send-verification-when-user-registered.handler';
import { TellOwnerWhenApiKeyChanged } from './tell-owner-when-api-key-changed.handler';
import { TellOwnerWhenFactorChanged } from './tell-owner-when-factor-changed.handler';
import { TellOwnerWhenIdentityLinked } from './tell-owner-when-identity-linked.handler';
import { TellOwnerWhenNewDeviceSignedIn } from './tell-owner-when-new-device-signed-in.handler';
import { TellOwnerWhenPasswordChanged } from './tell-owner-when-password-changed.handler';
import { WelcomeUserWhenEmailVerified } from './welcome-user-when-email-verified.handler';

const LISTENERS = [
  SendConfirmationWhenOrderConfirmed,
  SendVerificationWhenUserRegistered,
  WelcomeUserWhenEmailVerified,
  SendResetWhenPasswordForgotten,
  TellOwnerWhenPasswordChanged,
  TellOwnerWhenFactorChanged,
  TellOwnerWhenApiKeyChanged,
  TellOwnerWhenNewDeviceSignedIn,
  TellOwnerWhenIdentityLinked,
];

const ALL = Symbol('all listeners');

/** Mail, for the worker. */
@Module({
  imports: [
    BooksModule.forModule(NOTIFICATIONS_CHECKS),
    DatabaseModule.forModule({ migrations: [CreateMails1763600006000] }),
    OrdersCoreModule,
    UsersFacadeModule,
  ],
  providers: [
    Mailer,
    MailsRepository,
    MailSender,
    MailHealth,
    ConfirmedOrders,
    ...LISTENERS,
    { provide: ALL, useFactory: (...listeners: Listener[]) => listeners, inject: LISTENERS },
  ],
})
export class NotificationsWorkerModule {
  constructor(registry: ListenerRegistry, @Inject(ALL) listeners: Listener[], upkeep: Upkeep, mails: MailsRepository) {
    upkeep.registerForgetting('mails', (limit) => mails.forgetOld(limit));
    for (const listener of listeners) registry.register(listener);
  }
}
