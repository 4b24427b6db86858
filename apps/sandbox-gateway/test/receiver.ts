import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type GatewayEvent } from './wire';

/** One webhook as it arrived. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** A receiver of webhooks on a real socket. `answer` may be changed at any time. */
export class Receiver {
  readonly received: Received[] = [];
  /** Status to answer with, or null to never answer. */
  answer: (count: number) => number | null = () => 204;
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      this.received.push({ headers: request.headers, body, at: Date.now() });
      const status = this.answer(this.received.length);
      if (status !== null) response.writeHead(status).end();
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks?from=sandbox`;
  }

  /** The events that came for one reference, in order of arrival. */
  eventsOf(reference: string): GatewayEvent[] {
    const events = this.received.map(({ body }) => JSON.parse(body) as GatewayEvent);
    return events.filter((event) => event.data.charge.reference === reference);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
