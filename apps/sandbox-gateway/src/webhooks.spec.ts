import { createHmac } from 'node:crypto';
import { eventually } from '../test/eventually';
import { GatewayUnderTest, SECRET } from '../test/gateway-under-test';
import { type GatewayEvent } from '../test/wire';
import { backoffMs } from './webhooks';

const gateway = new GatewayUnderTest();
const { receiver } = gateway;
const printed = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
beforeAll(() => gateway.start());
afterAll(() => gateway.end());
beforeEach(() => {
  receiver.answer = () => 204;
});

const events = (reference: string, count: number, withinMs?: number): Promise<GatewayEvent[]> =>
  eventually(() => {
    const found = receiver.eventsOf(reference);
    return found.length >= count ? found : null;
  }, withinMs);

/** Runs the process clock ahead of the real one. */
const setClockAhead = (ms: number) => jest.spyOn(Date, 'now').mockImplementation(() => new Date().getTime() + ms);
const hasPrinted = (event: string): boolean => printed.mock.calls.some(([line]) => String(line).includes(event));

it('sends each event signed, with the object as it was then', async () => {
  const { body: charge } = await gateway.charge('signed-1', 'tok_ok');
  const [event] = await events('ref-signed-1', 1);
  expect(event).toMatchObject({ id: expect.stringMatching(/^evt_/), type: 'charge.succeeded', data: { charge } });
  const raw = receiver.received.find(({ body }) => body.includes('ref-signed-1'));
  const timestamp = String(raw?.headers['webhook-timestamp']);
  const expected = createHmac('sha256', SECRET).update(`${event?.id}.${timestamp}.${raw?.body}`).digest('base64');
  expect(raw?.headers).toMatchObject({
    'webhook-id': event?.id,
    'webhook-signature': `v1,${expected}`,
    'content-type': 'application/json',
  });
  expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
});

it('announces failures, voids and refunds', async () => {
  await gateway.charge('types-1', 'tok_declined', { reference: 'types' });
  await gateway.charge('types-2', 'tok_error', { reference: 'types' });
  await gateway.voidKey('types-2');
  const { body: charge } = await gateway.charge('types-3', 'tok_ok', { reference: 'types' });
  const { body: refund } = await gateway.refund(charge.id ?? '', 'types-3-refund', 300);
  const found = await events('types', 4);
  const byType = new Map(found.map((event) => [event.type, event.data]));
  expect([...byType.keys()].sort()).toEqual(['charge.failed', 'charge.refunded', 'charge.succeeded', 'charge.voided']);
  expect(byType.get('charge.failed')?.charge.failureCode).toBe('card_declined');
  expect(byType.get('charge.succeeded')?.charge.refunded).toBe(0);
  expect(byType.get('charge.refunded')).toMatchObject({ charge: { id: charge.id, refunded: 300 }, refund });
});

it('sends the webhook of tok_lost late', async () => {
  const chargedAt = Date.now();
  await expect(gateway.charge('late-1', 'tok_lost')).rejects.toThrow('fetch failed');
  await events('ref-late-1', 1);
  expect(Date.now() - chargedAt).toBeGreaterThanOrEqual(399);
});

it('sends one event id several times when asked to', async () => {
  await gateway.charge('copies-1', 'tok_ok', {}, { headers: { 'x-sandbox-duplicate': '12' } });
  const found = await events('ref-copies-1', 12);
  expect(found).toHaveLength(12);
  expect(new Set(found.map((event) => event.id)).size).toBe(1);
  for (const wrong of ['0', '101', 'x', '1.5']) {
    const answer = await gateway.charge('copies-2', 'tok_ok', {}, { headers: { 'x-sandbox-duplicate': wrong } });
    expect(answer.status).toBe(400);
  }
});

it('repeats an event after 1 s when the receiver fails, also over a restart', async () => {
  let failures = 0;
  receiver.answer = () => ((failures += 1) === 1 ? 500 : 204);
  await gateway.charge('retry-1', 'tok_ok');
  await eventually(() => hasPrinted('gateway.webhooks.failing'));
  await gateway.restart();
  const found = await events('ref-retry-1', 2);
  expect(found[1]).toEqual(found[0]);
  const [first, second] = receiver.received.filter(({ body }) => body.includes('ref-retry-1'));
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
});

it('sends after a restart what was still to be sent', async () => {
  await gateway.restart({ webhookDelayMs: 60_000 });
  await gateway.charge('kept-1', 'tok_ok', {}, { headers: { 'x-sandbox-duplicate': '3' } });
  await expect(gateway.charge('kept-2', 'tok_lost')).rejects.toThrow('fetch failed');
  await gateway.stop();
  expect(receiver.eventsOf('ref-kept-1')).toEqual([]);
  const clock = setClockAhead(60_000);
  await gateway.start();
  expect(await events('ref-kept-1', 3)).toHaveLength(3);
  expect(await events('ref-kept-2', 1)).toHaveLength(1);
  clock.mockRestore();
});

it('keeps at most 8 deliveries in flight and gets through when the receiver answers again', async () => {
  await gateway.restart();
  const arrivedBefore = receiver.received.length;
  receiver.answer = () => null;
  for (let index = 0; index < 30; index += 1)
    await gateway.charge(`flight-${index}`, 'tok_ok', { reference: 'flight' });
  await events('flight', 8);
  await gateway.charge('flight-last', 'tok_ok', { reference: 'flight-last' });
  expect(receiver.received.length - arrivedBefore).toBe(8);
  receiver.answer = () => 204;
  await events('flight-last', 1, 10_000);
  await eventually(() => new Set(receiver.eventsOf('flight').map((event) => event.id)).size === 30);
}, 20_000);

it('gives an event up after three days of failures, and says so', async () => {
  receiver.answer = () => 500;
  await gateway.charge('give-up-1', 'tok_ok');
  await events('ref-give-up-1', 1);
  await gateway.stop();
  const clock = setClockAhead(3 * 86_400_000);
  await gateway.start();
  await eventually(() => hasPrinted('gateway.webhook.given_up'));
  await gateway.restart();
  receiver.answer = () => 204;
  await gateway.charge('give-up-2', 'tok_ok');
  await events('ref-give-up-2', 1);
  expect(receiver.eventsOf('ref-give-up-1')).toHaveLength(2);
  clock.mockRestore();
});

it('waits 1 s, 2 s, 4 s … and at most 5 minutes between attempts', () => {
  expect([1, 2, 3, 8, 9, 10, 500].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000]);
});
