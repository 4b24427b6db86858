import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { newId, nowInSeconds } from './objects';

const PAUSE_MS = 300;

/** An event in Stripe's words. */
export const eventOf = (type: string, object: object) => ({
  ...{ id: newId('evt'), object: 'event', type, created: nowInSeconds(), livemode: false, api_version: '2026-01-01' },
  data: { object },
});

/** The header `Stripe-Signature` over a body. @param timestamp seconds since 1970 */
export function signatureOf(body: string, secret: string, timestamp = nowInSeconds()): string {
  return `t=${timestamp},v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** Sends events until they are taken, as Stripe does; quicker, and only until it is stopped. */
export class EventSender {
  /** What it sends: `false` for what is to be lost. */
  isWanted: (type: string) => boolean = () => true;
  private isStopped = false;

  /** Where events go; nowhere until it is known. */
  url: string | undefined;

  constructor(private readonly secret: string) {}

  announce(type: string, object: object): void {
    if (this.isWanted(type)) void this.deliver(JSON.stringify(eventOf(type, structuredClone(object))));
  }

  /** Sends a body once. @returns the status of the answer */
  async send(body: string, signature = signatureOf(body, this.secret)): Promise<number> {
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    return (await fetch(this.url ?? '', { method: 'POST', headers, body })).status;
  }

  stop(): void {
    this.isStopped = true;
  }

  private async deliver(body: string): Promise<void> {
    while (!this.isStopped && (await this.send(body).catch(() => 0)) !== 200) await delay(PAUSE_MS);
  }
}
