/** What PostgreSQL says of an error: SQLSTATE and, for a violated constraint, its name. Sees through TypeORM's wrapper. */
export interface SqlError {
  code?: string;
  constraint?: string;
}

/** The driver's error inside whatever TypeORM wrapped around it. */
export function driverErrorOf(error: unknown): SqlError {
  if (typeof error !== 'object' || error === null) return {};
  const wrapped = (error as { driverError?: unknown }).driverError;
  return (wrapped ?? error) as SqlError;
}

/** Whether a unique, check or foreign key constraint of this name refused the statement. */
export function violates(error: unknown, constraint: string): boolean {
  const { code, constraint: violated } = driverErrorOf(error);
  return code?.startsWith('23') === true && violated === constraint;
}

/** Whether a prepared statement no longer fits the schema, as after a migration or a DEALLOCATE. */
export function isStalePlan(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** serialization_failure, deadlock_detected, or a plan that a migration has outdated: start the whole unit of work over. */
export function isWorthRetrying(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  return driverError.code === '40001' || driverError.code === '40P01' || isStalePlan(driverError);
}

/**
 * Whether PostgreSQL answered with an SQLSTATE and goes on serving the connection. After 08, 57P (an administrator ended
 * it), 25P03 and 25P04 (idle and transaction timeout) it hangs up, after 25006 it is the wrong one: whoever waits for a
 * connection must not get this one.
 */
export function leavesConnectionSound(error: unknown): boolean {
  const code = driverErrorOf(error).code ?? '';
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P|25P0[34]|25006)/.test(code);
}

const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
]);
const AWAY_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/**
 * Whether the database is busy, full, restarting or away: the client may try again. 08 connection, 53 resources (disk
 * full too), 57P admin shutdown, 55P03 lock timeout, 57014 statement timeout, 25P03/25P04 idle and transaction timeout,
 * 25006 a primary that has become a standby.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code } = driverErrorOf(error);
  if (code !== undefined && /^(08...|53...|57P0.|55P03|57014|25P0[34]|25006|40...)$/.test(code)) return true;
  if (code !== undefined && AWAY.has(code)) return true;
  const inner = driverErrorOf(error) as { message?: string };
  return AWAY_MESSAGES.test(inner.message ?? '');
}
