import { createHash } from 'node:crypto';

/** An audit row as it is sealed: every column as text, written the same way every time. */
export interface AuditRow {
  id: string;
  action: string;
  resource: string;
  resourceId: string;
  actor: string | null;
  requestId: string | null;
  /** In UTC, to the microsecond. */
  occurredAt: string;
  /** Personal: the network address of the actor. */
  address: string | null;
  /** May be personal: JSON as PostgreSQL writes it. */
  before: string | null;
  after: string | null;
}

/** What is kept in place of a personal part once that is erased: nobody can guess the part without the salt. */
export interface Digested {
  salt: Buffer | null;
  digest: Buffer | null;
}

/** The place of a row in the chain. */
export interface Seal {
  seq: number;
  eventId: string;
  address: Digested;
  change: Digested;
  /** In UTC, to the microsecond. */
  sealedAt: string;
  hash: Buffer;
}

/** Before the first seal. */
export const NO_HASH = Buffer.alloc(32);

const sha256 = (...parts: Array<Buffer | string>): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What changed, as one text; null where nothing did. */
export function changeOf({ before, after }: Pick<AuditRow, 'before' | 'after'>): string | null {
  return before === null && after === null ? null : JSON.stringify([before, after]);
}

/** @param salt 16 random bytes, used once */
export function digestOf(part: string | null, salt: Buffer): Digested {
  return part === null ? { salt: null, digest: null } : { salt, digest: sha256(salt, part) };
}

/** The hash of a seal: over the one before, the row without its personal parts, and the digests of those. */
export function hashOf(previous: Buffer, row: AuditRow | { id: string }, seal: Omit<Seal, 'hash'>): Buffer {
  const { action, resource, resourceId, actor, requestId, occurredAt } = row as Partial<AuditRow>;
  const [address, change] = [seal.address.digest, seal.change.digest].map((digest) => digest?.toString('hex') ?? null);
  const fields = [seal.seq, row.id, action, resource, resourceId, actor, requestId, occurredAt, address, change];
  return sha256(previous, JSON.stringify([...fields, seal.sealedAt]));
}

/** How a part relates to its digest: as it was sealed, erased since, or something else. */
export function judgePart(part: string | null, { salt, digest }: Digested): 'same' | 'erased' | 'changed' {
  if (digest === null) return part === null && salt === null ? 'same' : 'changed';
  if (salt === null) return part === null ? 'erased' : 'changed';
  return part !== null && sha256(salt, part).equals(digest) ? 'same' : 'changed';
}
