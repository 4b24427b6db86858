import { Injectable } from '@nestjs/common';
import { toDataURL } from 'qrcode';
import type { Actor } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { SecretBox } from '@platform/encryption';
import { notFound } from '@platform/errors';
import { codeInvalid, totpEnrolled, totpNotBegun } from '../users.errors';
import { EnrolmentGate } from './enrolment-gate';
import { FactorChanges } from './factor-changes';
import { FactorCodes, totpOwner } from './factor-codes';
import { FactorGuesses } from './factor-guesses';
import { RecoveryCodesService } from './recovery-codes.service';
import { TotpRepository, type TotpFactor } from './totp.repository';
import { createTotpSecret, findStep, totpSecretText, totpUri } from './totp-codes';

const ISSUER = 'Countinghouse';

/** What an authenticator app needs; shown once. */
export interface TotpEnrolment {
  secret: string;
  otpauthUri: string;
  /** A PNG as data URI. */
  qrCode: string;
}

/** Authenticator apps: enrolled, confirmed by a first code, removed. */
@Injectable()
export class TotpService {
  constructor(
    private readonly totp: TotpRepository,
    private readonly codes: FactorCodes,
    private readonly guesses: FactorGuesses,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly gate: EnrolmentGate,
    private readonly box: SecretBox,
    private readonly uow: UnitOfWork,
    private readonly changes: FactorChanges,
  ) {}

  /** Begins, or begins again with another secret. @throws AppError `totp_enrolled`, `step_up_required` */
  async enrol(actor: Actor): Promise<TotpEnrolment> {
    await this.gate.require(actor);
    const secret = createTotpSecret();
    const { email } = await this.uow.run(async () => {
      const user = await this.gate.hold(actor);
      if (!(await this.totp.put(user.id, this.box.seal(secret, totpOwner(user.id))))) throw totpEnrolled();
      this.changes.record('users.totp_begun', user.id);
      return user;
    });
    const otpauthUri = totpUri(secret, ISSUER, email);
    return { secret: totpSecretText(secret), otpauthUri, qrCode: await toDataURL(otpauthUri) };
  }

  /**
   * From here on the password alone is not enough. @returns recovery codes, shown once
   * @throws AppError `code_invalid`, `rate_limited`, `step_up_required`, `totp_enrolled`, `totp_not_begun`
   */
  async confirm(actor: Actor, code: string): Promise<string[]> {
    await this.requirePending(actor.id);
    return this.guesses.attempt(actor.id, () => this.guess(actor, code));
  }

  private async guess(actor: Actor, code: string): Promise<string[]> {
    const recoveryCodes = await this.uow.run(() => this.confirmWith(actor, code));
    if (recoveryCodes) return recoveryCodes;
    await this.codes.recordFailure(actor.id, 'enrolment');
    throw codeInvalid();
  }

  remove(userId: string): Promise<void> {
    return this.uow.run(async () => {
      if (!(await this.totp.delete(userId))) throw notFound('authenticator app');
      this.changes.record('users.totp_removed', userId);
      await this.recoveryCodes.dropIfUseless(userId);
    });
  }

  private async requirePending(userId: string): Promise<TotpFactor> {
    const factor = await this.totp.find(userId);
    if (factor?.isConfirmed) throw totpEnrolled();
    if (!factor || factor.isStale) throw totpNotBegun();
    return factor;
  }

  private async confirmWith(actor: Actor, code: string): Promise<string[] | undefined> {
    const { id: userId } = await this.gate.hold(actor);
    const factor = await this.requirePending(userId);
    await this.gate.require(actor); // behind the other, or who confirms at the same time is asked for what was just added
    const step = findStep(this.box.open(factor.secret, totpOwner(userId)), code, factor.nowSeconds);
    if (step === undefined) return undefined;
    if (!(await this.totp.confirm(userId, factor.secret, step))) throw totpEnrolled(); // or begun anew meanwhile
    this.changes.record('users.totp_confirmed', userId);
    return this.recoveryCodes.issue(userId);
  }
}
