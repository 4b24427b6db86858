import { randomBytes } from 'node:crypto';

/** A PaymentIntent in Stripe's words, as far as the product reads it. */
export interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_capturable: number;
  amount_received: number;
  currency: string;
  capture_method: 'automatic' | 'manual';
  status:
    | 'requires_confirmation'
    | 'requires_action'
    | 'requires_payment_method'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled';
  metadata: Record<string, string>;
  last_payment_error: object | null;
  latest_charge: string | null;
  created: number;
  livemode: false;
}

/** A Refund in Stripe's words. */
export interface Refund {
  id: string;
  object: 'refund';
  amount: number;
  currency: string;
  payment_intent: string;
  status: 'succeeded' | 'pending' | 'failed';
  failure_reason?: string;
  metadata: Record<string, string>;
  created: number;
}

/** A refusal in Stripe's words. */
export class StripeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly error: { type: string; code?: string; decline_code?: string; message?: string; payment_intent?: Intent },
  ) {
    super(error.message);
  }
}

export const newId = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;
export const nowInSeconds = () => Math.floor(Date.now() / 1_000);

/** 404: no such object. */
export const missing = (id: string) =>
  new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such object: ${id}` });

/** 400: not in this state; the intent comes along as it is. */
export const unexpectedState = (intent: Intent) =>
  new StripeRefusal(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This PaymentIntent's status is ${intent.status}.`,
    payment_intent: { ...intent },
  });
