import { SmtpLine, type Parcel, type SmtpServer } from './smtp-line';

const LINES = 4;
/** Some servers don't take more over one connection. */
const MAILS_PER_LINE = 100;

/** A few connections to the mail server. A mail waits here until one of them is free, first come, first served. */
export class SmtpLines {
  private readonly idle: SmtpLine[] = [];
  private readonly waiting: Array<() => void> = [];
  private free = LINES;
  private isClosed = false;

  constructor(private readonly server: SmtpServer) {}

  /** @throws when the mail server did not take the mail, or may not have */
  async send(parcel: Parcel): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((next) => this.waiting.push(next));
    try {
      while (!(await this.sendOver(this.takeIdle(), parcel)));
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }

  close(): void {
    this.isClosed = true;
    for (const line of this.idle.splice(0)) line.close();
  }

  /** @returns false when the connection had been idle and was gone, before the server was given any of the mail */
  private async sendOver(idle: SmtpLine | undefined, parcel: Parcel): Promise<boolean> {
    let isHandedOver = false;
    const handOver = () => {
      isHandedOver = true;
      parcel.handOver();
    };
    const line = idle ?? (await SmtpLine.open(this.server));
    try {
      await line.send({ ...parcel, handOver });
    } catch (error) {
      if (idle && !isHandedOver && isGone(error)) return false;
      throw error;
    }
    if (line.mails < MAILS_PER_LINE && !this.isClosed) this.idle.push(line);
    else line.close();
    return true;
  }

  private takeIdle(): SmtpLine | undefined {
    for (let line; (line = this.idle.pop());) if (line.isOpen) return line;
    return undefined;
  }
}

/** A server that closes a connection may say so by a 421. */
function isGone(error: unknown): boolean {
  const { responseCode = 421 } = error as { responseCode?: number };
  return responseCode === 421;
}
