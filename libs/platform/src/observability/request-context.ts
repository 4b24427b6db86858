import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known about the cause of the work at hand: it stands on every log line, event and job. */
export interface RequestContext {
  /** The client's X-Request-Id, or ours; a job carries the id of the request that caused it. */
  requestId: string;
  /** Who is acting: a user's id, or the name of a part of the system such as `checkout`. */
  actor?: string;
  /** The network address of the client, for the audit trail only; never logged. */
  address?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Runs `work` with this context; everything awaited inside sees it. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return contexts.run(context, work);
}

/** The context of the work at hand, or undefined at start, in timers and in tests. */
export function currentContext(): RequestContext | undefined {
  return contexts.getStore();
}
