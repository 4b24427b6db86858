import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { ProofsRepository } from '../erasure/proofs.repository';
import { FactorChanges } from '../factors/factor-changes';
import { RecoveryCodesService } from '../factors/recovery-codes.service';
import type { User } from '../user.entity';

/**
 * Factors from before an account's address was proved. Whoever registered it may be somebody else, who waits for its owner
 * to confirm the address: so a reset by mail leaves nothing that was put there by then. In the caller's transaction.
 */
@Injectable()
export class StaleFactors {
  constructor(
    private readonly proofs: ProofsRepository,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly changes: FactorChanges,
    private readonly audit: Audit,
  ) {}

  /**
   * Staff keep theirs: for them a mailbox alone is too little.
   * @param isProvedNow nobody had proved the address before: everything goes
   */
  async drop({ id, roles }: User, isProvedNow: boolean): Promise<void> {
    if (roles.some((role) => role !== 'customer')) return;
    const dropped = await this.proofs.dropFactors(id, isProvedNow);
    if (isProvedNow) await this.proofs.erase(id);
    else await this.recoveryCodes.dropIfUseless(id); // those renewed since, of factors that are gone
    if (dropped.passkeys + dropped.totp === 0) return;
    this.audit.record({ action: 'users.factors_dropped', resource: 'user', resourceId: id, before: { ...dropped } });
    if (dropped.totp > 0) this.changes.tell(id, 'totp_removed');
    if (dropped.passkeys > 0) this.changes.tell(id, 'passkey_removed');
  }
}
