import { Injectable } from '@nestjs/common';
import { StepUps, type Actor } from '@platform/auth';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import type { Refund } from './payments.types';
import { RefundsRepository } from './refunds.repository';
import { RefundsService } from './refunds.service';

/** Refunds as people ask for them; what the shop itself gives back needs nobody's proof. */
@Injectable()
export class RefundRequestsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly refunds: RefundsService,
    private readonly rows: RefundsRepository,
    private readonly stepUps: StepUps,
    private readonly config: Config,
  ) {}

  /**
   * Asked behind the reservation, as only then it is known how much "all that is left" is; a refusal rolls it back. All
   * that was asked for of this payment counts, or many small refunds would empty it.
   * @param amountMinor null: all that is left
   * @throws AppError `step_up_required` above REFUND_STEP_UP_ABOVE, and what RefundsService.request refuses
   */
  request(actor: Actor, paymentId: string, amountMinor: number | null, reason: string | null): Promise<Refund> {
    return this.uow.run(async () => {
      const refund = await this.refunds.request(paymentId, amountMinor, reason);
      const requested = await this.rows.sumRequested(paymentId); // this one is in it; the reservation holds the others still
      if (requested > this.config.get('REFUND_STEP_UP_ABOVE')) await this.stepUps.require(actor);
      return refund;
    });
  }
}
