import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import type { AuditRow, Seal } from './audit-chain.rules';

/** The newest seal. */
export interface Head {
  seq: number;
  hash: Buffer;
}

/** A row that waits to be sealed; without `action` it is not there any more. */
export type WaitingRow = AuditRow | (Partial<AuditRow> & { id: string; action: null });

/** A seal with the row that it belongs to, which may have vanished. */
export interface SealedRow {
  seal: Seal;
  row: WaitingRow;
}

interface FlatSeal {
  seq: number;
  id: string;
  addressSalt: Buffer | null;
  addressDigest: Buffer | null;
  changeSalt: Buffer | null;
  changeDigest: Buffer | null;
  sealedAt: string;
  hash: Buffer;
}

const moment = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;

const ROW = `event.action, event.resource, event.resource_id AS "resourceId", event.actor, event.request_id AS "requestId",
  ${moment('event.occurred_at')} AS "occurredAt", event.address, event.before::text AS before, event.after::text AS after`;

const LOCK_HEAD = `SELECT seq, hash, ${moment('clock_timestamp()')} AS "sealedAt" FROM platform.audit_head FOR UPDATE`;

/** Whoever holds the head is the only one who takes, so rows can be named by their place. */
const TAKE = `
  WITH taken AS (
    DELETE FROM platform.audit_queue WHERE ctid = ANY (ARRAY (SELECT ctid FROM platform.audit_queue LIMIT $1))
    RETURNING event_id
  )
  SELECT waiting.event_id AS id, ${ROW}
  FROM (SELECT DISTINCT event_id FROM taken) waiting
  LEFT JOIN platform.audit_events event ON event.id = waiting.event_id
  WHERE NOT EXISTS (SELECT FROM platform.audit_seals seal WHERE seal.event_id = waiting.event_id)
  ORDER BY waiting.event_id`;

const SEAL = `
  INSERT INTO platform.audit_seals (seq, event_id, address_salt, address_digest, change_salt, change_digest, sealed_at, hash)
  SELECT seq, event_id, address_salt, address_digest, change_salt, change_digest, sealed_at::timestamp AT TIME ZONE 'UTC', hash
  FROM unnest($1::bigint[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[], $8::bytea[])
    AS given (seq, event_id, address_salt, address_digest, change_salt, change_digest, sealed_at, hash)`;

const SEALED = `
  SELECT seal.seq, seal.event_id AS id, seal.address_salt AS "addressSalt", seal.address_digest AS "addressDigest",
    seal.change_salt AS "changeSalt", seal.change_digest AS "changeDigest", ${moment('seal.sealed_at')} AS "sealedAt",
    seal.hash, ${ROW}
  FROM platform.audit_seals seal LEFT JOIN platform.audit_events event ON event.id = seal.event_id
  WHERE seal.seq > $1 ORDER BY seal.seq LIMIT $2`;

/** Rows without a seal. Row and place in the queue are written by one statement, so one without the other is a fault. */
const UNSEALED = `
  SELECT part.id, queued.event_id IS NOT NULL AS "isQueued",
    part.occurred_at < now() - make_interval(secs => $3) AS "isLate", part.is_sealed AS "isSealed"
  FROM (
    SELECT event.id, event.occurred_at, seal.seq IS NOT NULL AS is_sealed
    FROM platform.audit_events event LEFT JOIN platform.audit_seals seal ON seal.event_id = event.id
    WHERE event.id > $1 ORDER BY event.id LIMIT $2) part
  LEFT JOIN (SELECT DISTINCT event_id FROM platform.audit_queue) queued ON queued.event_id = part.id
  ORDER BY part.id`;

/** A row as far as the queue is concerned. */
export interface Unsealed {
  id: string;
  isSealed: boolean;
  isQueued: boolean;
  isLate: boolean;
}

/** The seals of the audit trail, and the rows that wait for one. */
@Injectable()
export class AuditChainRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** Until the end of the transaction nobody else seals or erases. @param wait null comes back when somebody does and we don't wait */
  async lockHead(wait: boolean): Promise<(Head & { sealedAt: string }) | null> {
    this.uow.requireActive('AuditChainRepository.lockHead');
    const [head] = await this.uow.sql<Head & { sealedAt: string }>(wait ? LOCK_HEAD : `${LOCK_HEAD} SKIP LOCKED`);
    return head ?? null;
  }

  async findHead(): Promise<Head> {
    const [head] = await this.uow.sql<Head>('SELECT seq, hash FROM platform.audit_head');
    return head as Head; // the migration wrote it
  }

  /** Takes rows off the queue; the head must be locked. */
  take(limit: number): Promise<WaitingRow[]> {
    return this.uow.sql<WaitingRow>(TAKE, [limit]);
  }

  /** Leaves with COMMIT. */
  queueSeals(seals: Seal[]): void {
    const last = seals.at(-1);
    if (!last) return;
    this.uow.queue(SEAL, [
      seals.map(({ seq }) => seq),
      seals.map(({ eventId }) => eventId),
      seals.map(({ address }) => address.salt),
      seals.map(({ address }) => address.digest),
      seals.map(({ change }) => change.salt),
      seals.map(({ change }) => change.digest),
      seals.map(({ sealedAt }) => sealedAt),
      seals.map(({ hash }) => hash),
    ]);
    this.uow.queue('UPDATE platform.audit_head SET seq = $1, hash = $2', [last.seq, last.hash]);
  }

  /** In the order of the chain. @param after the seq of the last one that was read */
  async listSealed(after: number, limit: number): Promise<SealedRow[]> {
    return (await this.uow.sql<FlatSeal & WaitingRow>(SEALED, [after, limit])).map((flat) => ({
      seal: {
        ...{ seq: flat.seq, eventId: flat.id, sealedAt: flat.sealedAt, hash: flat.hash },
        address: { salt: flat.addressSalt, digest: flat.addressDigest },
        change: { salt: flat.changeSalt, digest: flat.changeDigest },
      },
      row: flat,
    }));
  }

  /** In the order of ids. @param lateSeconds a row that waits longer is late */
  listRows(after: string, limit: number, lateSeconds: number): Promise<Unsealed[]> {
    return this.uow.sql<Unsealed>(UNSEALED, [after, limit, lateSeconds]);
  }

  /** How many rows wait, and for how many seconds the oldest has. */
  async countWaiting(): Promise<{ count: number; seconds: number }> {
    const [waiting] = await this.uow.sql<{ count: number; seconds: number }>(
      `SELECT count(*) AS count, coalesce(extract(epoch FROM now() - min(event.occurred_at)), 0)::float AS seconds
       FROM platform.audit_queue queued JOIN platform.audit_events event ON event.id = queued.event_id`,
    );
    return waiting as { count: number; seconds: number };
  }
}
