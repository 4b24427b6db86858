import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Config } from '@platform/config';
import { Log, Metrics } from '@platform/observability';
import { Resilience } from '@platform/resilience';
import type { PaymentGateway } from '../libs/payments/src/gateways/payment-gateway';
import { SandboxGateway } from '../libs/payments/src/gateways/sandbox.gateway';
import { StripeGateway } from '../libs/payments/src/gateways/stripe.gateway';

const ALL_TRIES = 3;
const JSON_BODY = { 'content-type': 'application/json' };
/** In the words of either. */
const CHARGED = '{"id":"ch_1","object":"payment_intent","status":"succeeded"}';
/** More than all calls to one party that may be under way or wait. */
const BURST = 120;

/** What is repeated within one call to a gateway, by what the gateway answers: each adapter over real HTTP. */
describe.each([
  ['sandbox', SandboxGateway, ALL_TRIES],
  ['stripe', StripeGateway, 2 * ALL_TRIES], // its SDK repeats what was broken once more by itself
])('calls to %s', (_name, Gateway, triesWhenBroken) => {
  let server: Server;
  let gateway: PaymentGateway;
  /** A status, or what happens instead of an answer. */
  let answer: number | 'broken' | 'silent' | 'silent to refunds';
  let calls: number;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const isRefund = request.url?.includes('/refunds') ?? false;
      if (!isRefund) calls++;
      if (answer === 'silent') return;
      if (answer === 'silent to refunds') {
        if (!isRefund) response.writeHead(200, JSON_BODY).end(CHARGED);
        return;
      }
      if (answer === 'broken') return void request.socket.destroy();
      response.writeHead(answer, JSON_BODY).end('{"error":{"code":"for_a_test"}}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    calls = 0;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = {
      GATEWAY_TIMEOUT: 3,
      SANDBOX_GATEWAY_URL: url,
      STRIPE_API_URL: url,
      STRIPE_SECRET_KEY: 'sk_test',
    };
    const read = (name: keyof typeof settings) => settings[name];
    const resilience = new Resilience(new Metrics(), new Log('silent', 'test')); // a circuit of its own
    gateway = new Gateway({ get: read, need: read } as unknown as Config, resilience);
  });
  afterEach(() => gateway.shutDown());
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const charge = () =>
    gateway.charge({
      ...{
        key: '01900000-0000-7000-8000-00000000000a',
        providerRef: null,
        reference: '01900000-0000-7000-8000-00000000000b',
      },
      ...{ method: 'tok_visa', amountMinor: 1_500, currency: 'USD', capture: 'automatic', calls: 0 },
      remember: () => Promise.resolve(),
    });

  it.each([408, 429, 500, 502, 503, 504, 'broken'] as const)('are repeated after %s', async (given) => {
    answer = given;
    expect((await charge()).kind).toMatch(/unavailable|unknown/);
    expect(calls).toBe(given === 'broken' ? triesWhenBroken : ALL_TRIES);
  });

  it.each([400, 401, 402, 403, 404, 409, 422])('are not repeated after %i', async (given) => {
    answer = given;
    await charge();
    expect(calls).toBe(1);
  });

  it('go through at once though a burst of refunds gets no answer, then and after all of those have timed out', async () => {
    answer = 'silent to refunds';
    const request = { providerRef: 'ch_1', amountMinor: 100, currency: 'USD', calls: 0 };
    const refunds = Array.from({ length: BURST }, (_, n) => gateway.refund({ ...request, key: `refund-${n}` }));
    const ended: string[] = [];
    for (const refund of refunds) void refund.then(({ kind }) => ended.push(kind));
    const charges = Array.from({ length: 20 }, charge);
    expect((await Promise.all(charges)).map(({ kind }) => kind)).toEqual(charges.map(() => 'succeeded'));
    expect(ended).not.toContain('unknown'); // no refund has timed out yet
    const ends = (await Promise.all(refunds)).map(({ kind }) => kind);
    expect(new Set(ends)).toEqual(new Set(['unknown', 'withheld']));
    expect((await gateway.refund({ ...request, key: 'refund' })).kind).toBe('withheld'); // their circuit is open
    expect((await charge()).kind).toBe('succeeded');
  });

  it('are not repeated when no answer comes in time: the call may have arrived', async () => {
    answer = 'silent';
    expect((await charge()).kind).toMatch(/unavailable|unknown/);
    expect(calls).toBe(1);
  });
});
