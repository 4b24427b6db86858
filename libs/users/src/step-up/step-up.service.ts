import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { StepUps, type Actor } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { Passwords } from '../passwords/passwords';
import { invalidCredentials } from '../users.errors';
import { UsersRepository } from '../users.repository';

/** Lets somebody who is signed in prove again who they are, before something that can't be taken back. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly stepUps: StepUps,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
  ) {}

  /** @throws AppError `invalid_credentials` */
  async byPassword(actor: Actor, password: string): Promise<void> {
    const user = await this.users.find(actor.id);
    if (!(await this.passwords.matches(password, user?.passwordHash))) throw invalidCredentials();
    await this.open(actor, 'password');
  }

  private open(actor: Actor, by: string): Promise<void> {
    return this.uow.run(async () => {
      await this.stepUps.open(actor.sessionId);
      this.audit.record({
        action: 'users.stepped_up',
        resource: 'session',
        resourceId: actor.sessionId,
        after: { by },
      });
    });
  }
}
