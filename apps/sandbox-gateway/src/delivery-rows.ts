import { type DatabaseSync, type StatementSync } from 'node:sqlite';

/** One webhook still to be sent. Duplicates are several deliveries of one event. Times are milliseconds since 1970. */
export interface Delivery {
  readonly seq: number;
  readonly eventId: string;
  /** The exact bytes to send, fixed when the event happened. */
  readonly body: string;
  /** Attempts that failed so far. */
  readonly attempts: number;
  readonly createdAt: number;
}

/** All SQL about webhooks to be sent. */
export class DeliveryRows {
  private readonly insert: StatementSync;
  private readonly due: StatementSync;
  private readonly next: StatementSync;
  private readonly remove: StatementSync;
  private readonly delay: StatementSync;

  constructor(db: DatabaseSync) {
    this.insert = db.prepare('INSERT INTO deliveries (event_id, body, created_at, due_at) VALUES (?, ?, ?, ?)');
    this.due = db.prepare('SELECT * FROM deliveries WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?');
    this.next = db.prepare('SELECT min(due_at) AS due_at FROM deliveries WHERE due_at > ?');
    this.remove = db.prepare('DELETE FROM deliveries WHERE seq = ?');
    this.delay = db.prepare('UPDATE deliveries SET attempts = attempts + 1, due_at = ? WHERE seq = ?');
  }

  add(eventId: string, body: string, createdAt: number, dueAt: number): void {
    this.insert.run(eventId, body, createdAt, dueAt);
  }

  /** What is due at `now`, longest waiting first. */
  findDue(now: number, limit: number): Delivery[] {
    return this.due.all(now, limit).map((row) => ({
      seq: Number(row.seq),
      eventId: String(row.event_id),
      body: String(row.body),
      attempts: Number(row.attempts),
      createdAt: Number(row.created_at),
    }));
  }

  /** When the first delivery after `now` falls due, or null. */
  nextDueAfter(now: number): number | null {
    const dueAt = this.next.get(now)?.due_at;
    return typeof dueAt === 'number' ? dueAt : null;
  }

  delivered(seq: number): void {
    this.remove.run(seq);
  }

  /** Counts a failed attempt and says when to try again; null gives the event up and keeps its row as evidence. */
  failed(seq: number, dueAt: number | null): void {
    this.delay.run(dueAt, seq);
  }
}
