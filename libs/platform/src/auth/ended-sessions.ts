import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Signals, UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import { KEPT_SECONDS } from './key-schedule.rules';
import { lookAgain } from './look-again';
import { VerifiedTokens } from './verified-tokens';

const CHANNEL = 'ended_sessions';
const RECHECK_CHANNEL = 'recheck_sessions';

/**
 * Access tokens of an ended session stop working at once, on every node: requests look into memory only, memory is
 * filled at start from the table, and changes come by signal. After a lost connection, and every half minute, the table
 * is read again.
 */
@Injectable()
export class EndedSessions implements OnModuleInit, OnApplicationShutdown {
  /** Session id → when its last access token has expired and it can be forgotten, in ms. */
  private readonly ended = new Map<string, number>();
  private net: NodeJS.Timeout | undefined;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly signals: Signals,
    private readonly tokens: VerifiedTokens,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.signals.receive(CHANNEL, (sessionIds) => {
      if (sessionIds === '') return this.load();
      return this.refuse(sessionIds.split(','));
    });
    await this.signals.receive(RECHECK_CHANNEL, (sessionId) => this.tokens.forgetSession(sessionId));
    await this.load();
    this.net = lookAgain('ended_sessions', () => this.load(), this.log);
  }

  onApplicationShutdown(): void {
    clearInterval(this.net);
  }

  /** What is known of these is looked up anew, on every node, after the current transaction. */
  recheck(sessionIds: string[]): void {
    this.uow.afterCommit(() => {
      for (const id of sessionIds) {
        this.tokens.forgetSession(id);
        void this.signals.send(RECHECK_CHANNEL, id);
      }
    });
  }

  has(sessionId: string): boolean {
    return this.ended.has(sessionId);
  }

  /** Ends sessions in the current transaction; on this node their tokens fail as soon as it is committed. */
  async end(sessionIds: string[]): Promise<void> {
    if (sessionIds.length === 0) return;
    await this.uow.execute(
      `INSERT INTO platform.ended_sessions (session_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING`,
      [sessionIds],
    );
    this.uow.afterCommit(() => {
      this.refuse(sessionIds);
      for (let at = 0; at < sessionIds.length; at += 100) {
        void this.signals.send(CHANNEL, sessionIds.slice(at, at + 100).join(',')); // 8,000 bytes is NOTIFY's limit
      }
    });
  }

  private refuse(sessionIds: string[]): void {
    const now = Date.now();
    for (const [id, forgetAt] of this.ended) {
      if (forgetAt > now) break; // in order of insertion, which is that of time
      this.ended.delete(id);
    }
    for (const id of sessionIds) {
      this.ended.set(id, now + KEPT_SECONDS * 1_000);
      this.tokens.forgetSession(id);
    }
  }

  private async load(): Promise<void> {
    const rows = await this.uow.sql<{ id: string }>(
      `SELECT session_id AS id FROM platform.ended_sessions WHERE ended_at > now() - make_interval(secs => $1)`,
      [KEPT_SECONDS],
    );
    this.refuse(rows.map(({ id }) => id).filter((id) => !this.ended.has(id)));
  }
}
