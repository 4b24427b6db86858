import type { LedgerFacade, PaymentsFacade } from '@app/payments';
import { NoteRefundWhenPaymentRefunded } from './note-refund-when-payment-refunded.handler';
import type { OrdersRepository } from './orders.repository';

const event = { payload: { paymentId: 'p1', reference: 'o1', refundedMinor: 400, amountMinor: 1_000 } };

async function noteWith(refundedMinor: number, paymentStatus: string) {
  const orders = { findForUpdate: jest.fn(async () => ({ paymentStatus })), change: jest.fn(async () => true) };
  const payments = { listFor: jest.fn(async () => [{ id: 'p1', refundedMinor, amountMinor: 1_000 }]) };
  const handler = new NoteRefundWhenPaymentRefunded(
    orders as unknown as OrdersRepository,
    payments as unknown as PaymentsFacade,
    { creditRefunds: async () => undefined } as unknown as LedgerFacade,
  );
  await handler.handle(event as never);
  return orders.change.mock.calls as unknown[][];
}

describe('NoteRefundWhenPaymentRefunded', () => {
  it('notes what has gone back by now, though the event is from before', async () => {
    expect(await noteWith(1_000, 'partially_refunded')).toMatchObject([
      ['o1', { paymentStatus: 'refunded', detail: '1000 of 1000 minor units' }],
    ]);
  });

  it('notes a part, also of an order that is not confirmed yet', async () => {
    const [[, change]] = (await noteWith(400, 'processing')) as [[string, { from: string[]; paymentStatus: string }]];
    expect(change).toMatchObject({ paymentStatus: 'partially_refunded' });
    expect(change.from).toContain('pending_payment');
  });

  it('says nothing of what has come back meanwhile', async () => {
    expect(await noteWith(0, 'paid')).toEqual([]);
  });

  it('does not say twice that all has gone back', async () => {
    expect(await noteWith(1_000, 'refunded')).toEqual([]);
  });
});
