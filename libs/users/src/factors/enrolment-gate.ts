import { Injectable } from '@nestjs/common';
import { StepUps, type Actor } from '@platform/auth';
import { notFound, stepUpRequired, unauthenticated } from '@platform/errors';
import { UsersRepository } from '../users.repository';
import type { User } from '../user.entity';
import { SessionsRepository } from '../sessions/sessions.repository';
import { FactorsRepository } from './factors.repository';

/** A session this young has shown the password a moment ago, in seconds. */
const YOUNG_SECONDS = 900;

/**
 * Who may add a factor. A stolen access token must not do: with a factor of their own the thief would pass for the owner
 * in every step-up. So the first one is for a session of the last 15 minutes, or a step-up; each further one for a
 * step-up with those that are there. A session on another provider's word is never young: that provider may let people
 * in again without asking for anything.
 */
@Injectable()
export class EnrolmentGate {
  constructor(
    private readonly factors: FactorsRepository,
    private readonly sessions: SessionsRepository,
    private readonly stepUps: StepUps,
    private readonly users: UsersRepository,
  ) {}

  /** @throws AppError `step_up_required` */
  async require({ id, sessionId }: Actor): Promise<void> {
    if (await this.stepUps.isOpen(sessionId)) return;
    const hasFactor = (await this.factors.listMethods(id)).length > 0;
    if (hasFactor || !(await this.sessions.isYoung(sessionId, YOUNG_SECONDS))) throw stepUpRequired();
  }

  /**
   * In the caller's transaction: holds the account and the session that adds to it. One that was ended meanwhile, by a
   * reset that shuts out whoever it belongs to, adds nothing any more.
   * @throws AppError `unauthenticated`
   */
  async hold({ id, sessionId }: Actor): Promise<User> {
    const user = await this.users.findForUpdate(id); // before the session, as everybody who ends one does
    if (!user) throw notFound('user');
    if (!(await this.sessions.holdLive(sessionId))) throw unauthenticated();
    return user;
  }
}
