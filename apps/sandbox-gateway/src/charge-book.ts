import { type Charge, type Refund } from './charge';
import { announce, type EventType, type Sending } from './events';
import { type Store } from './store';
import { type WebhookSender } from './webhooks';

const EVENT_OF_STATUS: Readonly<Record<Exclude<Charge['status'], 'pending'>, EventType>> = {
  succeeded: 'charge.succeeded',
  authorized: 'charge.authorized',
  failed: 'charge.failed',
  voided: 'charge.voided',
};

/** Writes what became of a charge together with its event, in the caller's transaction. */
export class ChargeBook {
  constructor(
    private readonly store: Store,
    private readonly webhooks: WebhookSender,
    private readonly webhookDelayMs: number,
  ) {}

  /** The charge has a new status; `sending` overrides when and how often its webhook leaves. */
  decided(charge: Charge & { readonly status: keyof typeof EVENT_OF_STATUS }, sending: Partial<Sending> = {}): Charge {
    return this.write(EVENT_OF_STATUS[charge.status], charge, undefined, sending);
  }

  /** A refund was made; `charge` already counts it. */
  refunded(charge: Charge, refund: Refund): void {
    this.store.refunds.insert(refund);
    this.write('charge.refunded', charge, refund, {});
  }

  private write(type: EventType, changed: Charge, refund: Refund | undefined, override: Partial<Sending>): Charge {
    const charge = { ...changed, updatedAt: Date.now() };
    const sending = { delayMs: this.webhookDelayMs, copies: 1, ...override };
    this.store.charges.put(charge);
    announce(this.store.deliveries, type, { charge, refund }, sending);
    this.webhooks.wake(sending.delayMs);
    return charge;
  }
}
