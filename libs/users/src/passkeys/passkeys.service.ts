import { Injectable } from '@nestjs/common';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Actor } from '@platform/auth';
import { decodeCursor, newId, type Page, toPage, UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { EnrolmentGate } from '../factors/enrolment-gate';
import { FactorChanges } from '../factors/factor-changes';
import { RecoveryCodesService } from '../factors/recovery-codes.service';
import { passkeyRefused, secondFactorMissing, tooManyPasskeys } from '../users.errors';
import { UsersRepository } from '../users.repository';
import { PasskeyCeremonies } from './passkey-ceremonies';
import { PasskeysRepository, type Passkey } from './passkeys.repository';

/** Passkeys of one account. */
export const MAX_PASSKEYS = 20;

/** A passkey, and recovery codes if it is the first factor; shown once. */
export interface RegisteredPasskey {
  passkey: Passkey;
  recoveryCodes?: string[];
}

/** One's own passkeys: registered, renamed, removed. */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly gate: EnrolmentGate,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly users: UsersRepository,
    private readonly uow: UnitOfWork,
    private readonly changes: FactorChanges,
  ) {}

  /** @throws AppError `step_up_required`, `too_many_passkeys` */
  async begin(actor: Actor) {
    await this.gate.require(actor);
    const user = await this.users.find(actor.id);
    if (!user) throw notFound('user');
    const known = await this.passkeys.listFor(user.id, null, MAX_PASSKEYS);
    if (known.length >= MAX_PASSKEYS) throw tooManyPasskeys();
    return this.ceremonies.registrationOptions(user, known, actor.sessionId);
  }

  /** @throws AppError `second_factor_missing` */
  async beginStepUp({ id, sessionId }: Actor) {
    const known = await this.passkeys.listFor(id, null, MAX_PASSKEYS);
    const good = known.filter(({ disabledAt }) => disabledAt === null);
    if (good.length === 0) throw secondFactorMissing();
    return this.ceremonies.authenticationOptions('step-up', sessionId, good);
  }

  /** @throws AppError `passkey_refused`, `passkey_registered`, `too_many_passkeys`, `step_up_required` */
  async register(actor: Actor, name: string, response: RegistrationResponseJSON): Promise<RegisteredPasskey> {
    await this.gate.require(actor);
    const made = await this.ceremonies.verifyRegistration(response, actor.sessionId);
    if (!made) throw passkeyRefused();
    const transports = response.response.transports ?? [];
    return this.uow.run(async () => {
      const user = await this.gate.hold(actor); // in turn, or twenty at once would make forty
      const known = await this.passkeys.listFor(user.id, null, MAX_PASSKEYS);
      if (known.length >= MAX_PASSKEYS) throw tooManyPasskeys();
      const passkey = await this.passkeys.insert({ ...made, id: newId(), userId: user.id, name, transports });
      this.changes.record('users.passkey_registered', user.id, passkey.id);
      return { passkey, recoveryCodes: await this.recoveryCodes.issueIfNone(user.id) };
    });
  }

  async list(userId: string, limit: number, cursor?: string): Promise<Page<Passkey>> {
    const before = cursor === undefined ? null : String(decodeCursor(cursor, ['uuid'])[0]);
    return toPage(await this.passkeys.listFor(userId, before, limit + 1), limit, ({ id }) => [id]);
  }

  rename(userId: string, id: string, name: string): Promise<Passkey> {
    return this.uow.run(async () => {
      const passkey = await this.passkeys.rename(userId, id, name);
      if (!passkey) throw notFound('passkey');
      this.changes.record('users.passkey_renamed', userId, id);
      return passkey;
    });
  }

  remove(userId: string, id: string): Promise<void> {
    return this.uow.run(async () => {
      if (!(await this.passkeys.delete(userId, id))) throw notFound('passkey');
      this.changes.record('users.passkey_removed', userId, id);
      await this.recoveryCodes.dropIfUseless(userId);
    });
  }
}
