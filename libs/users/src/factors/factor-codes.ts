import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { SecretBox } from '@platform/encryption';
import type { FactorMethod } from './factors.repository';
import { FactorChanges } from './factor-changes';
import { hashRecoveryCode } from './recovery-code.rules';
import { RecoveryCodesRepository } from './recovery-codes.repository';
import { TotpRepository } from './totp.repository';
import { findStep, isTotpCode } from './totp-codes';

/** What a user's shared secret is sealed for. */
export const totpOwner = (userId: string) => `totp ${userId}`;

/** Checks codes of authenticator apps and recovery codes. Each works once. */
@Injectable()
export class FactorCodes {
  constructor(
    private readonly totp: TotpRepository,
    private readonly recoveryCodes: RecoveryCodesRepository,
    private readonly box: SecretBox,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly changes: FactorChanges,
  ) {}

  /** Uses a code up, in the caller's transaction. @returns what it was; undefined when it is not good */
  async use(userId: string, code: string): Promise<FactorMethod | undefined> {
    this.uow.requireActive('FactorCodes.use');
    if (isTotpCode(code)) return (await this.useTotp(userId, code)) ? 'totp' : undefined;
    const hash = hashRecoveryCode(code);
    if (!hash || !(await this.recoveryCodes.use(userId, hash))) return undefined;
    this.changes.record('users.recovery_code_used', userId);
    return 'recovery_code';
  }

  /** Writes a wrong code down, behind the transaction that has refused it. */
  recordFailure(userId: string, where: 'sign-in' | 'step-up' | 'enrolment'): Promise<void> {
    return this.uow.run(async () =>
      this.audit.record({ action: 'users.code_refused', resource: 'user', resourceId: userId, after: { where } }),
    );
  }

  private async useTotp(userId: string, code: string): Promise<boolean> {
    const factor = await this.totp.find(userId);
    if (!factor?.isConfirmed) return false;
    const step = findStep(this.box.open(factor.secret, totpOwner(userId)), code, factor.nowSeconds);
    return step !== undefined && this.totp.useStep(userId, step);
  }
}
