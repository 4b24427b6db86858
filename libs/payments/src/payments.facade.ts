import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { UnitOfWork, violates } from '@platform/database';
import { PaymentGateway } from './payment-gateway';
import { paymentInProgress } from './payments.errors';
import { PaymentsRepository } from './payments.repository';
import type { ChargeOutcome, NewPayment, Payment, Refund } from './payments.types';
import { RefundsService } from './refunds.service';
import { Settlement, type GatewayAnswer } from './settlement';

const JUST_BEGUN = {
  status: 'processing',
  failureCode: null,
  providerRef: null,
  refundedMinor: 0,
  refundRequestedMinor: 0,
  calls: 0,
  unknownSince: null,
} as const;

/** What other modules may ask of payments. A payment knows a `reference`, not an order. */
@Injectable()
export class PaymentsFacade {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateway: PaymentGateway,
    private readonly payments: PaymentsRepository,
    private readonly refunds: RefundsService,
    private readonly settlement: Settlement,
  ) {}

  /**
   * Writes down a payment to be taken, in the caller's transaction and before the gateway hears of it. The worker takes
   * it later. For a reference that is new in this transaction: the row leaves with COMMIT.
   * @param at the transaction's time
   */
  beginFirst(payment: NewPayment, at: Date, id = uuidv7()): Payment {
    const { provider } = this.gateway;
    this.payments.queueInsert(id, provider, payment);
    return { ...payment, ...JUST_BEGUN, id, provider, createdAt: at, updatedAt: at };
  }

  /** Like `beginFirst`, for a reference that may have payments already. @throws AppError `payment_in_progress` */
  async begin(payment: NewPayment): Promise<Payment> {
    this.uow.requireActive('PaymentsFacade.begin');
    const id = uuidv7();
    try {
      await this.payments.insert(id, this.gateway.provider, payment);
    } catch (error) {
      throw violates(error, 'payments_one_live') ? paymentInProgress() : error;
    }
    return (await this.payments.find(id)) as Payment;
  }

  /** All payments of a reference, in the order of their making. */
  listFor(reference: string): Promise<Payment[]> {
    return this.payments.listFor(reference);
  }

  /** Asks the gateway to charge, or what became of an earlier call. Outside of transactions; takes up to GATEWAY_TIMEOUT. */
  askGateway(payment: Payment): Promise<GatewayAnswer> {
    return this.settlement.askGateway(payment);
  }

  /** Closes a payment that nobody wants any more at the gateway. Outside of transactions. */
  closeAtGateway(payment: Payment): Promise<GatewayAnswer> {
    return this.settlement.close(payment);
  }

  /**
   * Writes the gateway's answer down, in the caller's transaction; only the first answer counts.
   * @returns whether this was the first
   */
  async settle(paymentId: string, outcome: Extract<ChargeOutcome, { kind: 'succeeded' | 'failed' }>): Promise<boolean> {
    return (await this.settlement.settle(paymentId, outcome)) !== null;
  }

  /** All refunds of a payment, in the order of their making. */
  listRefunds(paymentId: string): Promise<Refund[]> {
    return this.refunds.listFor(paymentId);
  }

  /**
   * Sets money aside to be given back, in the caller's transaction; the worker asks the gateway.
   * @param amountMinor null: all that is left
   * @throws AppError `refund_exceeds_payment`, `payment_not_refundable`
   */
  requestRefund(paymentId: string, amountMinor: number | null, reason: string): Promise<Refund> {
    return this.refunds.request(paymentId, amountMinor, reason);
  }
}
