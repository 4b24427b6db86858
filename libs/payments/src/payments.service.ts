import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { Log } from '@platform/observability';
import { GatewayEventsRepository, type ReceivedEvent } from './gateway-events.repository';
import { isOpen, type GatewayEvent } from './gateways/payment-gateway';
import { PaymentGateways } from './gateways/payment-gateways';
import { paymentSettledByGateway } from './payments.events';
import { PaymentsRepository } from './payments.repository';
import type { Payment } from './payments.types';
import { RefundsService } from './refunds.service';
import { Settlement } from './settlement';

/** Payments as clients and the gateway see them. */
@Injectable()
export class PaymentsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateways: PaymentGateways,
    private readonly payments: PaymentsRepository,
    private readonly events: GatewayEventsRepository,
    private readonly settlement: Settlement,
    private readonly refunds: RefundsService,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  /** @param ownerId only this buyer's; null: anybody's */
  async get(id: string, ownerId: string | null): Promise<Payment> {
    const payment = await this.payments.find(id);
    if (!payment || (ownerId !== null && payment.buyerId !== ownerId)) throw notFound('payment');
    return payment;
  }

  /**
   * Takes an event from the gateway. Each event id takes effect once, in whatever order events come; what we can't
   * place is kept. A failure rises, so that the gateway gets a 5xx and sends the event again.
   * @throws AppError `signature_invalid`, `not_found` for a provider that is not in use
   */
  async receive(
    provider: string,
    rawBody: Buffer,
    headers: Record<string, string | string[] | undefined>,
  ): Promise<void> {
    const event = this.gateways.of(provider).readEvent(rawBody, headers);
    const received = { provider, eventId: event.id, type: event.type, payload: rawBody.toString('utf8') };
    if (!(await this.keepIfEnded(event, received))) {
      await this.uow.run(async () => {
        if (await this.events.insert(received)) await this.apply(event, provider);
      });
    }
    this.log.info('payments.gateway_event', { eventId: event.id, type: event.type, paymentId: event.paymentId });
  }

  /** The usual case, in one statement: the gateway tells what its answer has told before. */
  private async keepIfEnded({ paymentId, charge, refund }: GatewayEvent, received: ReceivedEvent): Promise<boolean> {
    if (paymentId === undefined || refund) return false;
    const status = await this.events.insertIfEnded(received, paymentId);
    if (status && charge?.kind === 'succeeded') this.settlement.complainUnlessSame(paymentId, status, charge);
    return status !== undefined;
  }

  /** A gateway's word counts for what was paid by itself alone. */
  private async apply({ refund, paymentId, charge }: GatewayEvent, provider: string): Promise<void> {
    if (refund && (await this.refunds.isOf(refund.id, provider))) await this.refunds.settle(refund.id, refund.outcome);
    if (paymentId === undefined || charge === undefined || isOpen(charge)) return;
    if ((await this.payments.find(paymentId))?.provider !== provider) return;
    const payment = await this.settlement.settle(paymentId, charge);
    if (payment) this.outbox.add(paymentSettledByGateway({ paymentId, reference: payment.reference }));
    else if (charge.kind === 'succeeded') await this.settlement.hasEndedAs(paymentId, charge);
  }
}
