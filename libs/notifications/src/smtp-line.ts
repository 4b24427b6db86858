import { Readable } from 'node:stream';
import SmtpConnection from 'nodemailer/lib/smtp-connection';

/** RFC 5321, 4.5.3.2.6: who gives up on a mail that the server may have taken sends it twice. */
const ANSWER_TIMEOUT_MS = 600_000;
/** For all that comes before: until then a mail can be sent over another connection. */
const BEGIN_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Where the mail server is and who we are there, as nodemailer reads it from an address. */
export interface SmtpServer {
  auth?: { user?: string; pass?: string };
  authMethod?: string;
}

/** A mail as it goes over the line. */
export interface Parcel {
  envelope: { from: string | false; to: string[] };
  raw: Buffer;
  /** Called in the moment in which the server is ready to take the mail: what it throws stops it. */
  handOver: () => void;
}

/** One connection to the mail server, signed in, that stays open. It takes one mail at a time. */
export class SmtpLine {
  isOpen = true;
  /** How many mails have been sent over it. */
  mails = 0;
  private fail: (error: Error) => void = () => undefined;

  private constructor(private readonly connection: SmtpConnection) {
    connection.on('error', (error: Error) => this.end(error));
    connection.on('end', () => this.end(new Error('The mail server has closed the connection.')));
  }

  static async open(server: SmtpServer): Promise<SmtpLine> {
    const connection = new SmtpConnection({
      ...server,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: ANSWER_TIMEOUT_MS,
    });
    const line = new SmtpLine(connection);
    await line.within(BEGIN_TIMEOUT_MS, (done) => connection.connect(done));
    const { user = '', pass = '' } = server.auth ?? {};
    if ((!user && !pass) || !connection.allowsAuth) return line;
    const auth = { user, credentials: { user, pass }, method: server.authMethod ?? false };
    await line.within(BEGIN_TIMEOUT_MS, (done) => connection.login(auth as never, done));
    return line;
  }

  /** @throws when the server did not take it, or may not have; the line is closed then */
  async send({ envelope, raw, handOver }: Parcel): Promise<void> {
    this.mails++;
    await this.within(BEGIN_TIMEOUT_MS, (done, isInTime) => {
      const message = new Readable({
        read() {
          try {
            handOver();
          } catch (error) {
            this.destroy(error as Error);
            return;
          }
          isInTime();
          this.push(raw);
          this.push(null);
        },
      });
      // It takes the addresses out of the envelope.
      this.connection.send({ ...envelope, to: [...envelope.to] }, message, done);
    });
  }

  /** Says goodbye. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.connection.quit();
  }

  private end(error: Error): void {
    this.isOpen = false;
    this.fail(withoutWords(error));
    this.connection.close();
  }

  /** A part of the conversation that has to be over, or to say that it is in time, within `timeoutMs`. */
  private async within(
    timeoutMs: number,
    begin: (done: (error?: Error | null) => void, isInTime: () => void) => void,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.fail = reject;
    const timer = setTimeout(() => this.end(new Error('The mail server did not answer in time.')), timeoutMs);
    begin(
      (error) => (error ? this.end(error) : resolve()),
      () => clearTimeout(timer),
    );
    await promise.finally(() => clearTimeout(timer));
  }
}

/** Without the server's own words, which quote the address: codes may be logged and kept. */
function withoutWords(error: Error): Error {
  const { code, responseCode, response } = error as Error & { code?: string; responseCode?: number; response?: string };
  if (response === undefined) return error;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response)?.[1];
  const said = [responseCode, enhanced].filter((each) => each !== undefined).join(' ');
  return Object.assign(new Error(`The mail server has refused: ${said || code}.`), { code, responseCode });
}
