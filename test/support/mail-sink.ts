import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A mail server that takes its time: it acknowledges no mail while `isHolding`. */
export class MailSink {
  /** Mails that it has acknowledged. */
  readonly taken: string[] = [];
  /** What it was told in `RCPT TO`. */
  readonly recipients: string[] = [];
  /** Mails that somebody has sent and waits for the answer to. */
  waiting = 0;
  /** Mails whose sender was gone before there was an answer. */
  deserted = 0;
  /** Connections that it has taken so far. */
  connections = 0;
  private acknowledge: Array<() => void> = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private isHolding: boolean,
  ) {}

  static async open({ isHolding = false, port = 0 } = {}): Promise<MailSink> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const sink = new MailSink(server, isHolding);
    server.on('connection', (socket) => sink.talk(socket));
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** Acknowledges nothing from now on. */
  hold(): void {
    this.isHolding = true;
  }

  /** Acknowledges what waits and all that comes; or only the first few of those that wait. */
  letGo(count = Infinity): void {
    this.isHolding = count < Infinity;
    for (const answer of this.acknowledge.splice(0, count)) answer();
  }

  /** What a server does with those that have said nothing for long, or when it goes away. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.server.close();
    this.hangUp();
    await once(this.server, 'close');
  }

  private talk(socket: Socket): void {
    let heard = '';
    let isData = false;
    this.connections++;
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    socket.write('220 sink\r\n');
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      for (let end: number; (end = heard.indexOf(isData ? '\r\n.\r\n' : '\r\n')) >= 0;) {
        const said = heard.slice(0, end);
        heard = heard.slice(end + (isData ? 5 : 2));
        if (!isData && said.startsWith('RCPT TO:')) this.recipients.push(said.slice('RCPT TO:'.length));
        if (isData) this.take(said, socket);
        else if (said.includes('nobody@')) socket.write('550 unknown\r\n');
        else socket.write(said === 'DATA' ? '354 go on\r\n' : said === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
        isData = !isData && said === 'DATA';
      }
    });
  }

  private take(mail: string, socket: Socket): void {
    const desert = () => {
      this.waiting--;
      this.deserted++;
    };
    const answer = () => {
      if (socket.destroyed) return;
      socket.off('close', desert);
      this.waiting--;
      this.taken.push(mail);
      socket.write('250 ok\r\n');
    };
    this.waiting++;
    socket.once('close', desert);
    if (this.isHolding) this.acknowledge.push(answer);
    else answer();
  }
}
