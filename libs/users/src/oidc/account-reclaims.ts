import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { Outbox } from '@platform/messaging';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { ProofsRepository } from '../erasure/proofs.repository';
import { unknowablePasswordHash } from '../passwords/password-hash.rules';
import { SessionsService } from '../sessions/sessions.service';
import { actAs } from '../sign-in/act-as';
import type { User } from '../user.entity';
import { emailVerified, passwordChanged } from '../users.events';
import { UsersRepository } from '../users.repository';
import { oidcAccountUnverified } from './oidc.errors';

/**
 * Gives an account to who has proved its e-mail address, when whoever registered it has not. That may be the same person,
 * or somebody who has waited for them: so everything that opens it stops working first.
 */
@Injectable()
export class AccountReclaims {
  constructor(
    private readonly users: UsersRepository,
    private readonly proofs: ProofsRepository,
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysService,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `oidc_account_unverified` for an account that may do more than a customer's */
  async reclaim(userId: string): Promise<User | null> {
    const found = await this.users.findForUpdate(userId);
    if (!found || found.emailVerifiedAt !== null) return found; // verified a moment ago
    if (found.roles.some((role) => role !== 'customer')) throw oidcAccountUnverified();
    actAs(userId);
    await this.users.setPassword(userId, unknowablePasswordHash());
    await this.users.verifyEmail(userId);
    await this.sessions.endAll(userId);
    await this.apiKeys.revokeAllOf(userId);
    await this.proofs.erase(userId);
    const change = { before: { emailVerified: false }, after: { emailVerified: true } };
    this.audit.record({ action: 'users.account_reclaimed', resource: 'user', resourceId: userId, ...change });
    this.outbox.add(emailVerified({ userId }));
    this.outbox.add(passwordChanged({ userId }));
    return this.users.find(userId);
  }
}
