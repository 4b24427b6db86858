import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Config } from '@platform/config';
import { toMessage, type Mail } from './mail-message';
import { SmtpLines } from './smtp-lines';
import type { SmtpServer } from './smtp-line';

const TIMEOUT_MS = 10_000;

/** Sends mail over SMTP, over a few connections that stay open. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly url: string;
  private readonly lines: SmtpLines;
  private readonly from: string;

  constructor(config: Config) {
    this.from = config.get('MAIL_FROM');
    this.url = config.get('SMTP_URL');
    const { transporter } = createTransport({ url: this.url } as object);
    this.lines = new SmtpLines((transporter as unknown as { options: SmtpServer }).options);
  }

  /**
   * Waits for a connection that is free and sends.
   * @param handOver called in the moment in which the server is about to be given the mail; what it throws stops that
   * @throws when the mail server did not take the mail
   */
  async send(mail: Mail, handOver: () => void = () => undefined): Promise<void> {
    await this.lines.send({ ...toMessage(mail, this.from), handOver });
  }

  /** Connects to the mail server and signs in, without sending anything. @throws when that fails */
  async signIn(): Promise<void> {
    const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
    await createTransport({ url: this.url, ...timeouts } as object).verify();
  }

  onApplicationShutdown(): void {
    this.lines.close();
  }
}
