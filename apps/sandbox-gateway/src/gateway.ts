import { type AddressInfo } from 'node:net';
import { ChargeBook } from './charge-book';
import { ChargeChanges } from './charge-changes';
import { Charges } from './charges';
import { createHttp } from './http';
import { mountRoutes } from './routes';
import { type Settings } from './settings';
import { StartProblem } from './start-problem';
import { Store } from './store';
import { WebhookSender } from './webhooks';

/** How long a shutdown lets answers finish before it cuts every connection. */
const CUT_AFTER_MS = 300;

/** A gateway that listens. */
export interface RunningGateway {
  readonly port: number;
  /** For example `http://127.0.0.1:3400`. */
  readonly url: string;
  /** Stops accepting, cuts what doesn't end by itself, closes the store. Takes well under 1 s. */
  stop(): Promise<void>;
}

/** Opens the store, sends what an earlier process left unsent, and listens. */
export async function startGateway(settings: Settings): Promise<RunningGateway> {
  const store = Store.open(settings.storePath);
  const webhooks = new WebhookSender(store, { url: settings.webhookUrl, secret: settings.webhookSecret });
  const book = new ChargeBook(store, webhooks, settings.webhookDelayMs);
  const charges = new Charges(store, book, settings);
  const app = createHttp();
  mountRoutes(app, { store, charges, changes: new ChargeChanges(store, book) });
  const stop = async () => {
    const cut = setTimeout(() => app.server.closeAllConnections(), CUT_AFTER_MS);
    await app.close();
    clearTimeout(cut);
    charges.stop();
    await webhooks.stop();
    store.close();
  };
  try {
    await app.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    await stop();
    throw listenProblem(error, settings);
  }
  webhooks.wake(0);
  const { port } = app.server.address() as AddressInfo;
  return { port, url: `http://${reachableHost(settings.host)}:${port}`, stop };
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function listenProblem(error: unknown, { host, port }: Settings): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = code === 'EADDRINUSE' ? 'another process does already' : code;
  if (!reason) return error;
  return new StartProblem(`The sandbox gateway can't listen on ${host}:${port}: ${reason}.`, { cause: error });
}
