import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { newId, UnitOfWork, violates } from '@platform/database';
import { CapturesService } from './captures.service';
import { PaymentGateways } from './gateways/payment-gateways';
import { paymentInProgress } from './payments.errors';
import { PaymentsRepository } from './payments.repository';
import type { CertainOutcome, NewPayment, Payment, Refund } from './payments.types';
import { RefundsService } from './refunds.service';
import { Settlement, type CloseEnd, type GatewayAnswer } from './settlement';

const JUST_BEGUN = {
  status: 'processing',
  wanted: null,
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
    private readonly config: Config,
    private readonly gateways: PaymentGateways,
    private readonly payments: PaymentsRepository,
    private readonly refunds: RefundsService,
    private readonly captures: CapturesService,
    private readonly settlement: Settlement,
  ) {}

  /**
   * Writes down a payment to be taken, in the caller's transaction and before the gateway hears of it. The worker takes
   * it later. For a reference that is new in this transaction: the row leaves with COMMIT.
   * @param at the transaction's time
   */
  beginFirst(payment: NewPayment, at: Date, id = newId()): Payment {
    const { provider } = this.gateways.chosen;
    const capture = this.config.get('PAYMENT_CAPTURE');
    this.payments.queueInsert({ id, provider, capture, payment });
    return { ...payment, ...JUST_BEGUN, id, provider, capture, createdAt: at, updatedAt: at };
  }

  /** Like `beginFirst`, for a reference that may have payments already. @throws AppError `payment_in_progress` */
  async begin(payment: NewPayment): Promise<Payment> {
    this.uow.requireActive('PaymentsFacade.begin');
    const id = newId();
    try {
      const { provider } = this.gateways.chosen;
      await this.payments.insert({ id, provider, capture: this.config.get('PAYMENT_CAPTURE'), payment });
    } catch (error) {
      throw violates(error, 'payments_one_live') ? paymentInProgress() : error;
    }
    return (await this.payments.find(id)) as Payment;
  }

  /** All payments of a reference, in the order of their making. */
  listFor(reference: string): Promise<Payment[]> {
    return this.payments.listFor(reference);
  }

  /** All payments of several references. */
  listForAll(references: string[]): Promise<Payment[]> {
    return this.payments.listForAll(references);
  }

  /** Takes out what points at the payers: the token of their card, and free texts of refunds. Amounts stay, for the books. */
  async forgetPayers(references: string[]): Promise<void> {
    await this.payments.forgetPayers(references);
  }

  /** Asks the gateway to charge, or what became of an earlier call. Outside of transactions; takes up to GATEWAY_TIMEOUT. */
  askGateway(payment: Payment): Promise<GatewayAnswer> {
    return this.settlement.askGateway(payment);
  }

  /** Closes a payment that nobody wants any more at the gateway. Outside of transactions. */
  closeAtGateway(payment: Payment): Promise<GatewayAnswer<CloseEnd>> {
    return this.settlement.close(payment);
  }

  /**
   * Writes the gateway's answer down, in the caller's transaction; only the first answer counts.
   * @returns whether this was the first
   */
  async settle(paymentId: string, outcome: CertainOutcome): Promise<boolean> {
    return (await this.settlement.settle(paymentId, outcome)) !== null;
  }

  /** When `settle` was not the first: whether the payment has come to this same end. An error is logged when it has not. */
  hasEndedAs(paymentId: string, outcome: CertainOutcome): Promise<boolean> {
    return this.settlement.hasEndedAs(paymentId, outcome);
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

  /**
   * Lets the money of an authorized payment go, in the caller's transaction; the worker tells the gateway. When somebody
   * has decided to take it before, that goes on, and `payments.captured` tells of it: then it can be refunded.
   */
  async letGo(paymentId: string): Promise<void> {
    this.uow.requireActive('PaymentsFacade.letGo');
    await this.captures.voidUnlessDecided(paymentId);
  }
}
