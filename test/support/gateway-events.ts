import { createHmac, randomUUID } from 'node:crypto';
import type { Answer } from './api-client';
import type { Shop } from './shop';

/** What the sandbox gateway tells by webhook. */
export interface GatewayEvent {
  id: string;
  type: string;
  createdAt: string;
  data: Record<string, unknown>;
}

/** How an event may differ from a good one on its way. */
export interface Sending {
  secret?: string;
  /** Seconds since 1970 that the signature speaks of. */
  timestamp?: number | string;
  /** Sent in place of the body that was signed. */
  body?: string;
  headers?: Record<string, string>;
  /** The header of signatures, made of the good one. */
  signatures?: (good: string) => string;
  provider?: string;
}

/** An event about a payment's charge, as the gateway would write it. */
export function chargeEvent(
  type: string,
  payment: { id: string },
  charge: object = {},
  more: object = {},
): GatewayEvent {
  const status = type.replace(/^charge\./, '');
  return {
    id: `evt_${randomUUID()}`,
    type,
    createdAt: new Date().toISOString(),
    data: { charge: { id: `ch_${payment.id}`, idempotencyKey: payment.id, status, ...charge }, ...more },
  };
}

/** Sends an event the way the gateway does: signed over its id, the time and the body. */
export function sendEvent(shop: Shop, event: object, sending: Sending = {}): Promise<Answer> {
  const { secret = shop.settings['SANDBOX_WEBHOOK_SECRET'] ?? '', provider = 'sandbox' } = sending;
  const id = String((event as { id?: unknown }).id);
  const timestamp = String(sending.timestamp ?? Math.floor(Date.now() / 1_000));
  const signed = JSON.stringify(event);
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${signed}`).digest('base64');
  return shop.api.post(`/webhooks/payments/${provider}`, sending.body ?? signed, {
    key: null,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': (sending.signatures ?? String)(`v1,${signature}`),
      ...sending.headers,
    },
  });
}
