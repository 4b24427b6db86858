import { Module } from '@nestjs/common';
import { MailHealth } from './mail-health';
import { Mailer } from './mailer';

/** What the api wants to know of mail: whether it would go out. */
@Module({ providers: [Mailer, MailHealth] })
export class NotificationsModule {}
