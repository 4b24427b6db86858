import { Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { Audit } from '@platform/audit';
import { StepUps, type Actor } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { validationFailed } from '@platform/errors';
import { FactorCodes } from '../factors/factor-codes';
import { FactorGuesses } from '../factors/factor-guesses';
import { FactorsRepository } from '../factors/factors.repository';
import { PasskeyProofs } from '../passkeys/passkey-proofs';
import { codeInvalid, secondFactorRequired } from '../users.errors';
import { PasswordProofs } from './password-proofs';

/** One of three proofs. */
export interface StepUpProof {
  password?: string;
  code?: string;
  passkey?: AuthenticationResponseJSON;
}

/** Lets somebody who is signed in prove again who they are, before something that can't be taken back. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly factors: FactorsRepository,
    private readonly passwords: PasswordProofs,
    private readonly codes: FactorCodes,
    private readonly guesses: FactorGuesses,
    private readonly passkeys: PasskeyProofs,
    private readonly stepUps: StepUps,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
  ) {}

  /** @throws AppError `invalid_credentials`, `code_invalid`, `passkey_invalid`, `second_factor_required` */
  async prove(actor: Actor, { password, code, passkey }: StepUpProof): Promise<void> {
    const given = [password, code, passkey].filter((proof) => proof !== undefined);
    if (given.length !== 1) throw oneProof();
    if (password !== undefined) return this.byPassword(actor, password);
    if (code !== undefined) return this.guesses.attempt(actor.id, () => this.byCode(actor, code));
    if (passkey) await this.passkeys.check(passkey, 'step-up', actor);
    return this.uow.run(() => this.open(actor, 'passkey'));
  }

  /** Whoever has stolen a password must not get past the factor that was set up against that. */
  private async byPassword(actor: Actor, password: string): Promise<void> {
    if ((await this.factors.listMethods(actor.id)).length > 0) throw secondFactorRequired();
    await this.passwords.check(actor.id, password);
    await this.uow.run(() => this.open(actor, 'password'));
  }

  private async byCode(actor: Actor, code: string): Promise<void> {
    const by = await this.uow.run(async () => {
      const used = await this.codes.use(actor.id, code);
      if (used) await this.open(actor, used);
      return used;
    });
    if (by) return;
    await this.codes.recordFailure(actor.id, 'step-up');
    throw codeInvalid();
  }

  private async open({ sessionId }: Actor, by: string): Promise<void> {
    await this.stepUps.open(sessionId);
    this.audit.record({ action: 'users.stepped_up', resource: 'session', resourceId: sessionId, after: { by } });
  }
}

const oneProof = () =>
  validationFailed([{ field: 'password', code: 'one_proof', message: 'send one of password, code and passkey' }]);
