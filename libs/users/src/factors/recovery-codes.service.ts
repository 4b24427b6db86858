import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { secondFactorMissing } from '../users.errors';
import { FactorChanges } from './factor-changes';
import { FactorsRepository } from './factors.repository';
import { createRecoveryCodes, hashRecoveryCode } from './recovery-code.rules';
import { RecoveryCodesRepository } from './recovery-codes.repository';

/** Codes on paper, for the day on which the telephone is gone. */
@Injectable()
export class RecoveryCodesService {
  constructor(
    private readonly codes: RecoveryCodesRepository,
    private readonly factors: FactorsRepository,
    private readonly uow: UnitOfWork,
    private readonly changes: FactorChanges,
  ) {}

  /** New ones, in the caller's transaction; those before stop working. The only moment at which they are known. */
  async issue(userId: string): Promise<string[]> {
    this.uow.requireActive('RecoveryCodesService.issue');
    const codes = createRecoveryCodes();
    await this.codes.replace(userId, codes.map(hashRecoveryCode) as Buffer[]);
    this.changes.record('users.recovery_codes_issued', userId);
    return codes;
  }

  /** In the caller's transaction, for who has none that are good. */
  async issueIfNone(userId: string): Promise<string[] | undefined> {
    const { recoveryCodesLeft } = await this.factors.get(userId);
    return recoveryCodesLeft === 0 ? this.issue(userId) : undefined;
  }

  /** @throws AppError `second_factor_missing` */
  renew(userId: string): Promise<string[]> {
    return this.uow.run(async () => {
      if ((await this.factors.listMethods(userId)).length === 0) throw secondFactorMissing();
      this.changes.tell(userId, 'recovery_codes_renewed');
      return this.issue(userId);
    });
  }

  /** In the caller's transaction: without a factor there is nothing that they would stand in for. */
  async dropIfUseless(userId: string): Promise<void> {
    this.uow.requireActive('RecoveryCodesService.dropIfUseless');
    if ((await this.factors.listMethods(userId)).length === 0) await this.codes.delete(userId);
  }
}
