import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { Config } from '@platform/config';

/** A mail, ready to be sent. */
export interface Mail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** Stays the same when the same mail is sent again, so that mailboxes can tell. */
  messageId: string;
}

const CONNECTIONS = 4;
const TIMEOUT_MS = 10_000;

/** Sends mail over SMTP, over a few connections that stay open. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly transport: Transporter;
  private readonly from: string;

  constructor(config: Config) {
    this.from = config.get('MAIL_FROM');
    this.transport = createTransport({
      url: config.get('SMTP_URL'),
      pool: true,
      maxConnections: CONNECTIONS,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    } as object);
  }

  /** @throws when the mail server did not take the mail */
  async send(mail: Mail): Promise<void> {
    await this.transport.sendMail({ from: this.from, ...mail });
  }

  /** Connects to the mail server and signs in, without sending anything. @throws when that fails */
  async signIn(): Promise<void> {
    await this.transport.verify();
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}
