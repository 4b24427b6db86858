import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** The answer that a request got, to be given again. */
export interface StoredAnswer {
  fingerprint: Buffer;
  status: number;
  body: string;
  etag: string | null;
}

/** Idempotency keys and the answers given under them. */
@Injectable()
export class IdempotencyStore {
  constructor(private readonly uow: UnitOfWork) {}

  /**
   * Claims a key until the end of the current transaction, without ever waiting. Lock and look-up are two statements of
   * one trip: the second must see what the previous holder of the lock has committed.
   * @returns whether the key is free, and the answer stored under it, if any
   */
  async claim(scope: string, key: string): Promise<{ isFree: boolean; stored?: StoredAnswer }> {
    this.uow.requireActive('IdempotencyStore.claim');
    const [locks, answers] = await Promise.all([
      this.uow.sql<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [lockId(scope, key)]),
      this.uow.sql<StoredAnswer>(
        'SELECT fingerprint, status, body, etag FROM platform.idempotency_keys WHERE scope = $1 AND key = $2',
        [scope, key],
      ),
    ]);
    return { isFree: locks[0]?.free === true, stored: answers[0] };
  }

  /** Stores an answer; it is committed together with the effect that it tells about. */
  store(scope: string, key: string, answer: StoredAnswer): void {
    this.uow.queue(
      'INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, body, etag) VALUES ($1, $2, $3, $4, $5, $6)',
      [scope, key, answer.fingerprint, answer.status, answer.body, answer.etag],
    );
  }
}

function lockId(scope: string, key: string): string {
  return createHash('sha256').update(`${scope}\n${key}`).digest().readBigInt64BE().toString();
}
