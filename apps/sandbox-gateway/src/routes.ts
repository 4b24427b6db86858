import { type Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { chargeView, refundView } from './charge';
import { type ChargeChanges } from './charge-changes';
import { type Charges } from './charges';
import { chargeNotFound, declined } from './errors';
import { chargesPage, PAGE_HEADERS } from './people-page';
import * as requests from './requests';
import { type Store } from './store';

/** What the routes call. */
export interface Gateway {
  readonly store: Store;
  readonly charges: Charges;
  readonly changes: ChargeChanges;
}

type ById = { Params: { id: string } };
type ByKey = { Params: { key: string } };

/** Mounts every route. */
export function mountRoutes(app: FastifyInstance, gateway: Gateway): void {
  app.get('/health', () => ({ status: 'ok' }));
  app.get('/', (_request, reply) =>
    reply.headers(PAGE_HEADERS).send(chargesPage(gateway.store.charges.list({}, { limit: 100 }).rows)),
  );
  app.post('/charges', (request, reply) => postCharge(gateway, request, reply));
  mountChanges(app, gateway);
  mountReads(app, gateway.store);
}

function mountChanges(app: FastifyInstance, { changes }: Gateway): void {
  app.post<ByKey>('/charges/:key/void', (request) => {
    const idempotencyKey = requests.parseKey(request.params.key);
    const { status, charge } = changes.voidKey(idempotencyKey);
    return { idempotencyKey, status, charge: charge && chargeView(charge) };
  });
  app.post<ById>('/charges/:id/capture', (request) => chargeView(changes.capture(request.params.id)));
  app.post<ById>('/charges/:id/refunds', (request, reply) => {
    const key = requests.parseKey(request.headers['idempotency-key']);
    const { refund, replayed } = changes.refund(request.params.id, key, requests.parseRefund(request.body));
    return markReplay(reply, replayed).code(201).send(refundView(refund));
  });
}

function mountReads(app: FastifyInstance, store: Store): void {
  app.get('/charges', (request) => {
    const { filter, page } = requests.parseChargesQuery(request.query);
    const { rows, next } = store.charges.list(filter, page);
    return { data: rows.map(chargeView), nextCursor: requests.cursorText(next) };
  });
  app.get<ById>('/charges/:id', (request) => {
    const charge = store.charges.findById(request.params.id);
    if (!charge) throw chargeNotFound(request.params.id);
    return chargeView(charge);
  });
  app.get('/refunds', (request) => {
    const { filter, page } = requests.parseRefundsQuery(request.query);
    const { rows, next } = store.refunds.list(filter, page);
    return { data: rows.map(refundView), nextCursor: requests.cursorText(next) };
  });
}

async function postCharge({ charges }: Gateway, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const key = requests.parseKey(request.headers['idempotency-key']);
  const copies = requests.parseCopies(request.headers['x-sandbox-duplicate']);
  const verdict = await charges.begin(key, requests.parseCharge(request.body), copies);
  switch (verdict.kind) {
    case 'answer':
      markReplay(reply, verdict.replayed);
      if (verdict.charge.status === 'failed') throw declined(verdict.charge);
      return reply.code(201).send(chargeView(verdict.charge));
    case 'refuse':
      throw verdict.error;
    case 'cut':
      request.raw.socket.destroy();
      return reply.hijack();
    case 'hang':
      whenClosed(request.raw.socket, () => charges.release(key));
      return reply.hijack();
    case 'wait':
      return reply.code(201).send(chargeView(await charges.finishLater(key, copies)));
  }
}

function whenClosed(socket: Socket, react: () => void): void {
  if (socket.destroyed) react();
  else socket.once('close', react);
}

const markReplay = (reply: FastifyReply, replayed: boolean): FastifyReply =>
  replayed ? reply.header('Idempotent-Replayed', 'true') : reply;
