import type { Log } from './log';

/**
 * A programmer's error that nobody caught leaves the process in a state nobody knows: one log line, then `stop` drains
 * and ends it, and the supervisor or orchestrator starts a new one.
 */
export function stopOnUnexpectedErrors(log: Log, stop: (exitCode: number) => Promise<void>): void {
  const end = (event: string) => (error: unknown) => {
    log.fatal(event, { error });
    void stop(1);
  };
  process.once('uncaughtException', end('process.uncaught_exception'));
  process.once('unhandledRejection', end('process.unhandled_rejection'));
}
