import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { newId, Signals, UnitOfWork } from '@platform/database';
import { Outbox, WorkLoop } from '@platform/messaging';
import { Log, runInContext } from '@platform/observability';
import { CapturesService, UNSETTLED_SIGNAL } from './captures.service';
import { isOpen } from './gateways/payment-gateway';
import { PaymentGateways } from './gateways/payment-gateways';
import { paymentSettledByGateway } from './payments.events';
import { silentPauseMs } from './payment.rules';
import { PaymentsRepository, type UnsettledPayment } from './payments.repository';
import { RefundsRepository } from './refunds.repository';
import { RefundsService } from './refunds.service';
import { Settlement } from './settlement';

const POLL_MS = 2_000;
const AT_ONCE = 16;
/** Longer than any call: whoever is at work is not overtaken. */
const LEASE_SECONDS = 60;

/**
 * Asks the gateways about everything whose end is not certain: captures and voids that were decided, refunds, and
 * payments about which the checkout has been silent for minutes. Whoever is not answered is asked again, with growing
 * pauses, for as long as it takes.
 */
@Injectable()
export class AskAboutUnsettled implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: WorkLoop;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly gateways: PaymentGateways,
    private readonly payments: PaymentsRepository,
    private readonly refundRows: RefundsRepository,
    private readonly captures: CapturesService,
    private readonly refunds: RefundsService,
    private readonly settlement: Settlement,
    private readonly outbox: Outbox,
    private readonly signals: Signals,
    private readonly log: Log,
  ) {
    this.loop = new WorkLoop('payments.unsettled', { pollMs: POLL_MS }, () => this.turn(), log);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.signals.receive(UNSETTLED_SIGNAL, () => this.loop.wake());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns whether more may be due */
  private async turn(): Promise<boolean> {
    const [payments, refunds] = await Promise.all([
      this.payments.takeUnsettled(AT_ONCE, LEASE_SECONDS),
      this.refundRows.takeUnsettled(AT_ONCE, LEASE_SECONDS),
    ]);
    await Promise.all([
      ...payments.map((payment) => this.alone(payment.id, () => this.askAbout(payment))),
      ...refunds.map(({ id }) => this.alone(id, () => this.refunds.issue(id))),
    ]);
    return payments.length === AT_ONCE || refunds.length === AT_ONCE;
  }

  /** One that fails keeps no other from its turn; its own comes again when its lease ends. */
  private alone(id: string, work: () => Promise<void>): Promise<void> {
    return runInContext({ requestId: newId(), actor: 'payments' }, () =>
      work().catch((error: unknown) => this.log.error('payments.unsettled.failed', { id, error })),
    );
  }

  private askAbout(payment: UnsettledPayment): Promise<void> {
    return payment.wanted === null ? this.lookAfter(payment) : this.captures.issue(payment);
  }

  /** Never charges: that is the checkout's. It only learns what has become of a charge. */
  private async lookAfter({ id: key, provider, providerRef, reference, ageMs }: UnsettledPayment): Promise<void> {
    const outcome = await this.gateways.of(provider).find({ key, providerRef });
    if (isOpen(outcome)) {
      this.log.warn('payments.still_unsettled', { paymentId: key, outcome: outcome.kind });
      await this.payments.askAgain(key, silentPauseMs(ageMs, outcome), false);
      return;
    }
    await this.uow.run(async () => {
      const settled = await this.settlement.settle(key, outcome);
      if (settled) this.outbox.add(paymentSettledByGateway({ paymentId: key, reference }));
    });
  }
}
