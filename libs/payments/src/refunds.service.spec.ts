import type { Audit } from '@platform/audit';
import type { UnitOfWork } from '@platform/database';
import type { Outbox } from '@platform/messaging';
import type { Log } from '@platform/observability';
import type { PaymentGateways } from './gateways/payment-gateways';
import type { Ledger } from './ledger/ledger';
import type { PaymentsRepository } from './payments.repository';
import type { RefundOutcome } from './payments.types';
import type { RefundsRepository } from './refunds.repository';
import { RefundsService } from './refunds.service';

/** A refund that has succeeded already, as `re_1`. */
async function tell(outcome: RefundOutcome) {
  const takeBack = jest.fn(async () => null);
  const service = new RefundsService(
    { requireActive: () => undefined } as unknown as UnitOfWork,
    {} as PaymentGateways,
    {} as PaymentsRepository,
    { settle: async () => null, takeBack } as unknown as RefundsRepository,
    {} as Ledger,
    {} as Outbox,
    {} as Audit,
    {} as Log,
  );
  await service.settle('r', outcome);
  return takeBack.mock.calls as unknown[][];
}

describe('a success that was written down', () => {
  it('is taken back by the word that this very refund has failed', async () => {
    expect(await tell({ kind: 'failed', failureCode: 'lost', providerRef: 're_1' })).toEqual([['r', 're_1', 'lost']]);
  });

  it('stays when a repeated call is refused: the gateway has refused the call, not sent the money back', async () => {
    expect(await tell({ kind: 'failed', failureCode: 'charge_already_refunded' })).toEqual([]);
    expect(await tell({ kind: 'succeeded', providerRef: 're_1' })).toEqual([]);
  });
});
