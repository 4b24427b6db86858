import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { decodeCursor, toPage, UnitOfWork, type Page } from '@platform/database';
import { notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { identityLinked } from '../users.events';
import { IdentitiesRepository, type Identity, type LinkedIdentity } from './identities.repository';
import { oidcIdentityTaken } from './oidc.errors';

/** Which accounts at other providers open an account here. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
  ) {}

  /**
   * From now on this identity opens this account.
   * @param isNew whether the account has just come into being with it; else its owner is told
   * @throws AppError `oidc_identity_taken`
   */
  async link(userId: string, identity: Identity, isNew = false): Promise<void> {
    this.uow.requireActive('IdentitiesService.link');
    if (!(await this.identities.insert(userId, identity))) {
      if ((await this.identities.findOwner(identity)) === userId) return; // the same person, twice at a moment
      throw oidcIdentityTaken();
    }
    const { issuer } = identity;
    this.audit.record({ action: 'users.identity_linked', resource: 'user', resourceId: userId, after: { issuer } });
    if (!isNew) this.outbox.add(identityLinked({ userId, issuer }));
  }

  async list(userId: string, limit: number, cursor?: string): Promise<Page<LinkedIdentity>> {
    const before = cursor === undefined ? null : String(decodeCursor(cursor, ['uuid'])[0]);
    return toPage(await this.identities.listFor(userId, before, limit + 1), limit, ({ id }) => [id]);
  }

  /** It opens the account no longer; whoever has no password gets one by "forgotten password". */
  unlink(userId: string, id: string): Promise<void> {
    return this.uow.run(async () => {
      const issuer = await this.identities.delete(userId, id);
      if (issuer === undefined) throw notFound('linked identity');
      this.audit.record({
        action: 'users.identity_unlinked',
        resource: 'user',
        resourceId: userId,
        before: { issuer },
      });
    });
  }
}
