import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { ApiKeys, EndedSessions, hashApiKey, type Actor } from '@platform/auth';
import { decodeCursor, newId, type Page, toPage, UnitOfWork } from '@platform/database';
import { forbidden, notFound } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { apiKeyChanged } from '../users.events';
import { createApiKey, hintOf, mayMakeKey } from './api-key.rules';
import { ApiKeysRepository, type ApiKey, type RevokedApiKey } from './api-keys.repository';

/** What a new key is made of. */
export interface ApiKeyWish {
  name: string;
  permissions: string[];
  lifetimeDays: number;
}

/** A key at the only moment at which its secret is known. */
export interface MadeApiKey {
  key: ApiKey;
  secret: string;
}

/** Makes API keys, gives them other secrets, and revokes them. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly endedSessions: EndedSessions,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    apiKeys: ApiKeys,
  ) {
    apiKeys.use(keys);
  }

  /** @throws AppError `forbidden` for more than the actor may */
  make(actor: Actor, { name, permissions, lifetimeDays }: ApiKeyWish): Promise<MadeApiKey> {
    if (!mayMakeKey(actor.permissions, permissions)) throw forbidden();
    const secret = createApiKey();
    const id = newId();
    const secretHash = hashApiKey(secret);
    return this.uow.run(async () => {
      const wanted = { id, ownerId: actor.id, name, permissions, hint: hintOf(secret), secretHash, lifetimeDays };
      const key = await this.keys.insert(wanted);
      this.record('users.api_key_made', id, { after: { permissions } });
      this.outbox.add(apiKeyChanged({ userId: actor.id, change: 'made' }));
      return { key, secret };
    });
  }

  /** @param ownerId null: everybody's */
  async list(ownerId: string | null, limit: number, cursor?: string): Promise<Page<ApiKey>> {
    const before = cursor === undefined ? undefined : String(decodeCursor(cursor, ['uuid'])[0]);
    return toPage(await this.keys.list(ownerId, before, limit + 1), limit, ({ id }) => [id]);
  }

  /** Another secret for the same key; the one before stays good for so long, and one before that no longer. */
  rotate(ownerId: string | null, id: string, graceSeconds: number): Promise<MadeApiKey> {
    const secret = createApiKey();
    return this.uow.run(async () => {
      const key = await this.keys.rotate(id, ownerId, { hash: hashApiKey(secret), hint: hintOf(secret) }, graceSeconds);
      if (!key) throw notFound('API key');
      this.endedSessions.recheck([id]);
      this.record('users.api_key_rotated', id, { after: { hint: key.hint, graceSeconds } });
      this.outbox.add(apiKeyChanged({ userId: key.ownerId, change: 'rotated' }));
      return { key, secret };
    });
  }

  /** The key stops working at once, on every node. */
  revoke(ownerId: string | null, id: string): Promise<void> {
    return this.uow.run(async () => {
      const revoked = await this.keys.revoke(id, ownerId);
      if (revoked.length === 0) throw notFound('API key');
      await this.finish(revoked);
    });
  }

  /** All keys of a user stop working at once, on every node. */
  revokeAllOf(ownerId: string): Promise<void> {
    return this.uow.run(async () => this.finish(await this.keys.revoke(null, ownerId)));
  }

  private async finish(revoked: RevokedApiKey[]): Promise<void> {
    await this.endedSessions.end(revoked.map(({ id }) => id));
    for (const { id, permissions } of revoked) this.record('users.api_key_revoked', id, { before: { permissions } });
  }

  /** Without the key's name: somebody has typed it, and the trail of a key outlives its owner's erasure. */
  private record(action: string, resourceId: string, change?: { before?: object; after?: object }): void {
    this.audit.record({ action, resource: 'api_key', resourceId, ...change });
  }
}
