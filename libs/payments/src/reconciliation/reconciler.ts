import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import type { ListedCharge, PaymentGateway } from '../gateways/payment-gateway';
import { PaymentGateways } from '../gateways/payment-gateways';
import { Ledger } from '../ledger/ledger';
import { ReconciliationProgress, type TakenRun } from './reconciliation-progress.repository';
import { differencesBetween, withoutCharge } from './reconciliation.rules';
import type { ComparedPayment, Difference } from './reconciliation.types';

const PAGE = 100;

/**
 * Compares our payments with a gateway's own list of charges, page by page. It reports, and never moves money. What the list
 * says of fees is posted: when a charge is made, a gateway may not know its fee yet.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly gateways: PaymentGateways,
    private readonly progress: ReconciliationProgress,
    private readonly uow: UnitOfWork,
    private readonly ledger: Ledger,
    private readonly log: Log,
  ) {}

  /** @throws when the gateway can't be asked, or another worker has taken the run over */
  async run(run: TakenRun): Promise<void> {
    const gateway = this.gateways.of(run.provider);
    for await (const charges of gateway.listCharges(run.coversFrom, run.coversTo)) await this.compare(run, charges);
    await this.lookForUnseen(run, gateway);
    await this.progress.finish(run);
    this.log.info('payments.reconciliation.completed', { reconciliationId: run.id, provider: run.provider });
  }

  private async compare(run: TakenRun, charges: ListedCharge[]): Promise<void> {
    const ids = charges.flatMap(({ paymentId }) => paymentId ?? []);
    const payments = new Map((await this.progress.findPayments(run, ids)).map((payment) => [payment.id, payment]));
    const differences = charges.flatMap((charge) =>
      differencesBetween(charge, (charge.paymentId !== null && payments.get(charge.paymentId)) || null),
    );
    this.tell(run, differences);
    await this.postFees(charges, payments);
    await this.progress.keep(run, { charges: charges.length, payments: payments.size, seen: ids, differences });
  }

  /** A fee that was posted before is passed over. */
  private async postFees(charges: ListedCharge[], payments: Map<string, ComparedPayment>): Promise<void> {
    await this.uow.run(async () => {
      for (const { paymentId, fee } of charges) {
        const payment = paymentId === null ? undefined : payments.get(paymentId);
        if (fee && payment?.status === 'succeeded') this.ledger.queueFee(payment, fee);
      }
    });
  }

  private async lookForUnseen(run: TakenRun, gateway: PaymentGateway): Promise<void> {
    let page: ComparedPayment[];
    for (let after: string | null = null; ; after = page.at(-1)?.id ?? null) {
      page = await this.progress.listUnseen(run, after, PAGE);
      if (page.length === 0) return;
      const differences: Difference[] = [];
      for (const payment of page)
        if (!(await this.isCharged(gateway, payment))) differences.push(withoutCharge(payment));
      this.tell(run, differences);
      await this.progress.keep(run, { charges: 0, payments: page.length, seen: [], differences });
    }
  }

  /** The list goes by the gateway's clock, which may put a charge outside of the time; so it is asked about this one. */
  private async isCharged(gateway: PaymentGateway, { id, providerRef }: ComparedPayment): Promise<boolean> {
    const outcome = await gateway.find({ key: id, providerRef });
    if (
      outcome.kind === 'unavailable' ||
      outcome.kind === 'withheld' ||
      (outcome.kind === 'unknown' && outcome.why !== 'in_progress')
    )
      throw new Error(`The gateway did not say what became of payment ${id}.`);
    return outcome.kind === 'succeeded' || outcome.kind === 'authorized';
  }

  private tell({ id: reconciliationId, provider }: TakenRun, differences: Difference[]): void {
    for (const difference of differences)
      this.log.error('payments.reconciliation.difference', { reconciliationId, provider, ...difference });
  }
}
