import { Injectable } from '@nestjs/common';
import type { DeliveredEvent, Listener } from '@platform/messaging';
import { refundRequested } from './payments.events';
import { RefundsService } from './refunds.service';

/** Asks the gateway for a refund. May run twice: the gateway knows the refund by its id. */
@Injectable()
export class IssueRefundWhenRefundRequested implements Listener<{ refundId: string }> {
  readonly name = 'issue-refund-when-refund-requested';
  readonly mode = 'asJob';
  readonly events = [refundRequested];

  constructor(private readonly refunds: RefundsService) {}

  handle({ payload }: DeliveredEvent<{ refundId: string }>): Promise<void> {
    return this.refunds.issue(payload.refundId);
  }
}
