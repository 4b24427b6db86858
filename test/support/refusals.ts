import { randomUUID } from 'node:crypto';
import type { ApiClient, Answer, RequestOptions } from './api-client';
import type { Operation } from './api-document';
import type { TestDatabase } from './database';

/** A request that must be refused, and how. */
export interface BadRequest extends RequestOptions {
  what: string;
  operation: Operation;
  /** In place of the operation's own. */
  method?: string;
  /** From the root, with its parameters filled in. */
  path?: string;
  client?: ApiClient;
  /** The statuses that will do; 400 when absent. */
  statuses?: number[];
  code?: string;
  /** The field that `errors` must name, or an outer one of it. */
  field?: string;
}

/** What no answer may tell: stacks, SQL, drivers, files. */
const INTERNALS =
  /node_modules|\.[jt]s:\d+|\bat \w+.*\(|SELECT .* FROM|INSERT INTO|UPDATE .* SET|violates|duplicate key|syntax|relation "|column "|TypeORM|QueryFailed|ECONN|Cannot read|is not a function|undefined/;

const AT_ONCE = 16;

/** Sends them all. @returns a line for each that was not refused the way it should */
export async function complaintsAbout(requests: BadRequest[], client: ApiClient): Promise<string[]> {
  const complaints: string[] = [];
  const waiting = [...requests];
  const worker = async () => {
    for (let request = waiting.pop(); request; request = waiting.pop())
      complaints.push(...(await complain(request, client)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return complaints;
}

async function complain(request: BadRequest, client: ApiClient): Promise<string[]> {
  const { operation, what, body, key, headers } = request;
  const requestId = randomUUID();
  const answer = await (request.client ?? client).send(
    request.method ?? operation.method,
    request.path ?? pathOf(operation),
    {
      body,
      key: key === undefined && operation.key === 'none' ? null : key,
      headers: { ...headers, 'x-request-id': requestId },
    },
  );
  return faultsOf(request, answer, requestId).map(
    (fault) =>
      `${operation.id} (${what}): ${fault}; got ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)}`,
  );
}

function faultsOf({ statuses = [400], code, field }: BadRequest, answer: Answer, requestId: string): string[] {
  const { status, headers, body } = answer;
  const fields = (body?.errors ?? []).map((error: { field: string }) => error.field.split('.')[0]);
  const faults: Array<[isWrong: boolean, what: string]> = [
    [!statuses.includes(status), `not ${statuses.join(' or ')}`],
    [headers.get('content-type') !== 'application/problem+json; charset=utf-8', 'no problem document'],
    [!/^[a-z_]+$/.test(body?.code), 'no code'],
    [code !== undefined && body?.code !== code, `not ${code}`],
    [body?.status !== status, 'another status in the body'],
    [body?.requestId !== requestId || headers.get('x-request-id') !== requestId, 'not our request id'],
    [INTERNALS.test(JSON.stringify(body ?? '')), 'tells internals'],
    [body?.code === 'validation_failed' && field !== undefined && !fields.includes(field), `does not name ${field}`],
    [status === 401 && headers.get('www-authenticate') !== 'Bearer', 'no WWW-Authenticate'],
  ];
  return faults.filter(([isWrong]) => isWrong).map(([, what]) => what);
}

/** An operation's path with ids that are fine and name nothing. */
export function pathOf({ path }: Operation, values: Record<string, string> = {}): string {
  const known: Record<string, string> = { sku: 'NO-SUCH-THING', provider: 'sandbox', ...values };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? randomUUID());
}

/** A fingerprint of every table: two are the same when nothing was written in between. */
export async function fingerprintsOf(db: TestDatabase): Promise<Record<string, string>> {
  const tables = await db.sql<{ name: string }>(`
    SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND c.oid <> 'platform.audit_queue'::regclass ORDER BY 1`);
  // A failed sign-in is refused, and noted in the audit trail.
  const rowsOf = (name: string) =>
    name === 'platform.audit_events' ? `(SELECT * FROM ${name} WHERE action <> 'users.login_failed')` : name;
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0) AS print FROM ${rowsOf(name)} t`,
  );
  const rows = await db.sql<{ name: string; print: string }>(each.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
}
