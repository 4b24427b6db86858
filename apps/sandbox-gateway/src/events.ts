import { createHmac } from 'node:crypto';
import { type Charge, chargeView, newId, type Refund, refundView } from './charge';
import { type DeliveryRows } from './delivery-rows';

/** What is announced by webhook. */
export type EventType =
  'charge.succeeded' | 'charge.failed' | 'charge.voided' | 'charge.authorized' | 'charge.refunded';

/** When and how often an event is sent. */
export interface Sending {
  /** Milliseconds from now. */
  readonly delayMs: number;
  /** 1 to 100; more than one sends the same event id several times. */
  readonly copies: number;
}

/** Writes an event, with its objects as they are now, into the outbox. Call it in the transaction that made it happen. */
export function announce(
  outbox: DeliveryRows,
  type: EventType,
  happened: { charge: Charge; refund?: Refund },
  sending: Sending,
): void {
  const now = Date.now();
  const id = newId('evt');
  const refund = happened.refund && refundView(happened.refund);
  const body = JSON.stringify({
    id,
    type,
    createdAt: new Date(now).toISOString(),
    data: { charge: chargeView(happened.charge), ...(refund && { refund }) },
  });
  for (let copy = 0; copy < sending.copies; copy += 1) outbox.add(id, body, now, now + sending.delayMs);
}

/** The headers of the Standard Webhooks specification, signed anew for every attempt. */
export function signedHeaders(secret: string, eventId: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secret).update(`${eventId}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
