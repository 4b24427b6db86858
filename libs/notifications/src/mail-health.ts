import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Health } from '@platform/http';
import { Mailer } from './mailer';

/** A look is a connection and a sign-in at the mail server, of which it may allow few. */
const GOOD_FOR_MS = 10_000;

/** Reports whether the mail server lets us in. Without it mails are sent later. */
@Injectable()
export class MailHealth implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly mailer: Mailer,
  ) {}

  onModuleInit(): void {
    this.health.register({
      name: 'mail',
      isEssential: false,
      goodForMs: GOOD_FOR_MS,
      probe: () => this.mailer.signIn(),
    });
  }
}
