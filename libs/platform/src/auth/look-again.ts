import type { Log } from '@platform/observability';

const LOOK_EVERY_MS = 30_000;

/** The net for lost signals: looks every half minute into the table that tells the same. */
export function lookAgain(what: string, look: () => Promise<void>, log: Log): NodeJS.Timeout {
  const turn = () => void look().catch((error: unknown) => log.warn('auth.table_unread', { what, error }));
  return setInterval(turn, LOOK_EVERY_MS).unref();
}
