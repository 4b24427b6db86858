import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Signals, UnitOfWork } from '@platform/database';
import { Log } from '@platform/observability';
import { KEPT_SECONDS } from './key-schedule.rules';
import { lookAgain } from './look-again';
import { VerifiedTokens } from './verified-tokens';

const CHANNEL = 'changed_roles';

const CHANGE = `
  INSERT INTO platform.changed_roles (user_id, roles) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET roles = EXCLUDED.roles, changed_at = now()`;

const LIST = `
  SELECT user_id AS "userId", roles FROM platform.changed_roles
  WHERE changed_at > now() - make_interval(secs => $1) AND ($2::uuid IS NULL OR user_id = $2)`;

/**
 * An access token carries the roles as of its issue. For whoever's roles were changed since, the new ones count at once,
 * on every node: requests look into memory only, memory is filled at start from the table, and changes come by signal.
 * After a lost connection, and every half minute, the table is read again. Nobody is signed out by it, and no token has to be compared in time.
 */
@Injectable()
export class ChangedRoles implements OnModuleInit, OnApplicationShutdown {
  private readonly roles = new Map<string, { roles: string[]; forgetAt: number }>();
  private net: NodeJS.Timeout | undefined;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly signals: Signals,
    private readonly tokens: VerifiedTokens,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.signals.receive(CHANNEL, (userId) => this.load(userId === '' ? null : userId));
    await this.load(null);
    this.net = lookAgain('changed_roles', () => this.load(null), this.log);
  }

  onApplicationShutdown(): void {
    clearInterval(this.net);
  }

  /** The roles that count for a user, whatever the token says; undefined when the token is right. */
  of(userId: string): string[] | undefined {
    return this.roles.get(userId)?.roles;
  }

  /** Gives a user other roles, in the current transaction; on this node they count as soon as it is committed. */
  change(userId: string, roles: string[]): void {
    this.uow.queue(CHANGE, [userId, roles]);
    this.uow.afterCommit(() => {
      this.remember(userId, roles);
      void this.signals.send(CHANNEL, userId);
    });
  }

  private remember(userId: string, roles: string[]): void {
    const now = Date.now();
    for (const [id, { forgetAt }] of this.roles) {
      if (forgetAt > now) break; // in order of insertion, which is that of time
      this.roles.delete(id);
    }
    this.roles.delete(userId);
    this.roles.set(userId, { roles, forgetAt: now + KEPT_SECONDS * 1_000 });
    this.tokens.forgetAll(); // it happens rarely, and verifying a token again costs 21 µs
  }

  private async load(userId: string | null): Promise<void> {
    const rows = await this.uow.sql<{ userId: string; roles: string[] }>(LIST, [KEPT_SECONDS, userId]);
    const isNews = (row: { userId: string; roles: string[] }) => this.of(row.userId)?.join() !== row.roles.join();
    for (const row of userId === null ? rows.filter(isNews) : rows) this.remember(row.userId, row.roles);
  }
}
