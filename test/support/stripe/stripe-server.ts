import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { EventSender } from './event-sender';
import { formIn, readForm, textIn, type Form } from './form';
import { StripeAccount } from './intents';
import { StripeRefusal, type Intent } from './objects';

interface Answer {
  status: number;
  /** Whether it was given before, under the same key. */
  isReplayed?: boolean;
  body: object;
}

/** A request that reached the API, for tests to look at. */
export interface Seen {
  method: string;
  path: string;
  key: string | undefined;
  form: Form;
}

const KEY = 'sk_test_0123456789abcdef';
const SECRET = 'whsec_0123456789abcdef';

/** What the API does instead of answering, or before it. */
export type Fault = 'lose the answer' | '503' | 'stored 500' | 'never answer' | undefined;

/** A server that speaks Stripe's API on a real socket: forms, idempotency keys, errors, lists, signed events. */
export class StripeServer {
  readonly seen: Seen[] = [];
  readonly events: EventSender;
  readonly account: StripeAccount;
  /** Asked before each request is carried out. */
  faultOf: (request: Seen, card: string) => Fault = () => undefined;
  private readonly stored = new Map<string, { fingerprint: string; answer?: Answer }>();
  private readonly server: Server;

  private constructor(slowMs: number) {
    this.events = new EventSender(SECRET);
    this.account = new StripeAccount((type, object) => this.events.announce(type, object), slowMs);
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** @param slowMs how long `tok_slow` takes to be charged */
  static async listen(slowMs: number): Promise<StripeServer> {
    const server = new StripeServer(slowMs);
    server.server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** What the product needs to use it. */
  get settings(): Record<string, string> {
    return { STRIPE_API_URL: this.url, STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SECRET: SECRET };
  }

  close(): void {
    this.events.stop();
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const form = readForm(request.method === 'POST' ? await text(request) : query);
    const key = request.headers['idempotency-key'] as string | undefined;
    const seen: Seen = { method: request.method ?? '', path, key, form };
    this.seen.push(seen);
    const fault = this.faultOf(seen, this.account.cardOf(path.split('/')[3] ?? ''));
    if (fault === 'never answer') return;
    if (fault === '503') return send(response, problem(503, 'api_error'));
    const isKnown = request.headers.authorization === `Bearer ${KEY}`;
    const answer = isKnown ? await this.once(seen, fault) : problem(401, 'invalid_request_error');
    if (fault === 'lose the answer') request.socket.destroy();
    else send(response, answer);
  }

  /** The first answer under a key is every later one's, whatever it was; another request under it is refused. */
  private async once(seen: Seen, fault: Fault): Promise<Answer> {
    if (seen.key === undefined || seen.method !== 'POST') return this.answer(seen, fault);
    const fingerprint = JSON.stringify([seen.path, seen.form]);
    const known = this.stored.get(seen.key);
    if (known && known.fingerprint !== fingerprint) return problem(400, 'idempotency_error');
    if (known?.answer) return { ...known.answer, isReplayed: true };
    if (known) return problem(409, 'idempotency_error', 'idempotency_key_in_use');
    const record: { fingerprint: string; answer?: Answer } = { fingerprint };
    this.stored.set(seen.key, record);
    return (record.answer = await this.answer(seen, fault));
  }

  private async answer(seen: Seen, fault: Fault): Promise<Answer> {
    if (fault === 'stored 500') return problem(500, 'api_error');
    try {
      return { status: 200, body: await this.carryOut(seen) };
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error;
      return { status: error.status, body: { error: error.error } };
    }
  }

  private async carryOut(seen: Seen): Promise<object> {
    const object = await this.act(seen);
    const isAsked = Object.values(formIn(seen.form, 'expand')).includes('latest_charge.balance_transaction');
    return isAsked ? this.withCharge(object as Intent) : object;
  }

  private act({ method, path, form }: Seen): object | Promise<object> {
    const [, , kind, id = '', action] = path.split('/');
    const { account } = this;
    switch (`${method} ${kind}${id ? ' one' : ''}${action ? ` ${action}` : ''}`) {
      case 'POST payment_intents':
        return account.create(form);
      case 'POST payment_intents one confirm':
        return account.confirm(id, form);
      case 'POST payment_intents one capture':
        return account.capture(id);
      case 'POST payment_intents one cancel':
        return account.cancel(id);
      case 'GET payment_intents one':
        return account.retrieve(id);
      case 'GET payment_intents':
        return this.listIntents(form);
      case 'POST refunds':
        return account.refund(form);
      case 'GET refunds': {
        const intent = textIn(form, 'payment_intent');
        return pageOf(
          [...account.refunds.values()].filter(({ payment_intent: of }) => of === intent),
          form,
        );
      }
      case 'GET balance':
        return { object: 'balance', available: [] };
      default:
        throw new StripeRefusal(404, { type: 'invalid_request_error', message: `Unrecognized request URL ${path}` });
    }
  }

  private listIntents(form: Form): object {
    const [from, to] = ['gte', 'lt'].map((name) => Number(textIn(formIn(form, 'created'), name)));
    const found = [...this.account.intents.values()].filter(({ created }) => created >= from! && created < to!);
    return pageOf(
      found.map((intent) => this.withCharge(intent)),
      form,
    );
  }

  private withCharge(intent: Intent): Intent & { latest_charge: unknown } {
    const fee = this.account.feeOf(intent);
    const charge = intent.latest_charge && {
      ...{ id: intent.latest_charge, object: 'charge', amount: intent.amount },
      amount_refunded: this.account.refundedOf(intent.id),
      balance_transaction: fee && { id: 'txn_1', object: 'balance_transaction', ...fee },
    };
    return { ...intent, latest_charge: charge as never };
  }
}

/** Newest first, as Stripe lists. */
function pageOf(rows: Array<{ id: string }>, form: Form): object {
  const newest = [...rows].reverse();
  const after = textIn(form, 'starting_after');
  const start = after === undefined ? 0 : newest.findIndex(({ id }) => id === after) + 1;
  const data = newest.slice(start, start + Number(textIn(form, 'limit') ?? 10));
  return { object: 'list', data, has_more: start + data.length < newest.length, url: '/v1' };
}

function problem(status: number, type: string, code?: string): Answer {
  return { status, body: { error: { type, code, message: `A ${type} of the test` } } };
}

function send(response: ServerResponse, { status, body, isReplayed }: Answer): void {
  const replayed = isReplayed ? { 'idempotent-replayed': 'true' } : {};
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${Date.now()}`, ...replayed });
  response.end(JSON.stringify(body));
}
