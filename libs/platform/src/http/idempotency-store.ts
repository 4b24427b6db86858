import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { SecretBox } from '@platform/encryption';

/** The answer that a request got, to be given again. */
export interface StoredAnswer {
  fingerprint: Buffer;
  status: number;
  body: string;
  etag: string | null;
}

/** What a sealed body begins with. No JSON does. */
const SEALED = 'sealed:';

/** Why a key was refused: it has its answer, or a request with it is still running. */
const REFUSALS: Record<string, 'answered' | 'in_progress'> = { IK001: 'answered', IK002: 'in_progress' };

/** Why `claim` failed, if it was for the key. */
export function refusalOf(error: unknown): 'answered' | 'in_progress' | undefined {
  return REFUSALS[(error as { code?: string } | undefined)?.code ?? ''];
}

/** Idempotency keys and the answers given under them. */
@Injectable()
export class IdempotencyStore {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly box: SecretBox,
  ) {}

  /**
   * Claims a key until the end of the current transaction, without ever waiting. Need not be awaited before the handler's own
   * statements are sent: they share its trip, and PostgreSQL skips them when the claim fails.
   * @throws Error of which `refusalOf` tells why the key was refused
   */
  async claim(scope: string, key: string): Promise<void> {
    this.uow.requireActive('IdempotencyStore.claim');
    await this.uow.sql('SELECT platform.claim_idempotency_key($1, $2, $3)', [scope, key, lockId(scope, key)]);
  }

  /** The answer stored under a key, if there is one. */
  async find(scope: string, key: string): Promise<StoredAnswer | undefined> {
    const text = 'SELECT fingerprint, status, body, etag FROM platform.idempotency_keys WHERE scope = $1 AND key = $2';
    const [stored] = await this.uow.sql<StoredAnswer>(text, [scope, key]);
    return stored;
  }

  /** The body of a stored answer as it was sent; undefined when ENCRYPTION_KEYS no longer has what it was sealed with. */
  bodyOf(scope: string, key: string, { body }: StoredAnswer): string | undefined {
    if (!body.startsWith(SEALED)) return body;
    try {
      return this.box.open(Buffer.from(body.slice(SEALED.length), 'base64'), ownerOf(scope, key)).toString();
    } catch {
      return undefined;
    }
  }

  /** Stores an answer; it is committed together with the effect that it tells about. One with a secret is sealed. */
  store(scope: string, key: string, answer: StoredAnswer, isSecret: boolean): void {
    const sealed = () => this.box.seal(Buffer.from(answer.body), ownerOf(scope, key)).toString('base64');
    const body = isSecret ? `${SEALED}${sealed()}` : answer.body;
    this.uow.queue(
      'INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body, etag) VALUES ($1, $2, $3, $4, $5, $6)',
      [scope, key, answer.fingerprint, answer.status, body, answer.etag],
    );
  }
}

function ownerOf(scope: string, key: string): string {
  return `answer ${scope} ${key}`;
}

function lockId(scope: string, key: string): string {
  return hash('sha256', `${scope}\n${key}`, 'buffer').readBigInt64BE().toString();
}
