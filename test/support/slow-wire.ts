import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire to a server that takes its time, counts trips and can be cut. */
export class SlowWire {
  /** How often somebody has sent something after having heard what the server said: round trips. */
  trips = 0;
  /** As if the host at the other end were gone: nothing comes from it any more, and nobody says so. */
  isSilent = false;
  private readonly ends = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param delayMs so long takes what the server says; what is sent meanwhile belongs to the same trip */
  static async to(port: number, delayMs: number): Promise<SlowWire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wire = new SlowWire(server, (server.address() as { port: number }).port);
    server.on('connection', (client) => wire.join(client, connect(port, '127.0.0.1'), delayMs));
    return wire;
  }

  /** A connection string by way of this wire. */
  through(url: string): string {
    return url.replace(/:\d+\//, `:${this.port}/`);
  }

  /** What a pulled plug does to those who are connected. */
  cut(): void {
    for (const end of this.ends) end.destroy();
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  private join(client: Socket, server: Socket, delayMs: number): void {
    let hasHeard = true;
    client.on('data', (chunk) => {
      if (hasHeard) this.trips++;
      hasHeard = false;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      setTimeout(() => {
        hasHeard = true;
        if (!client.destroyed && !this.isSilent) client.write(chunk);
      }, delayMs);
    });
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.ends.add(end.setNoDelay(true));
      end.on('error', () => undefined);
      end.on('close', () => other.destroy());
    }
  }
}
