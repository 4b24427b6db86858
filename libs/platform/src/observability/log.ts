import pino, { type Logger, type DestinationStream } from 'pino';
import { currentContext } from './request-context';

/** What a log line carries besides its event. No secrets, no bodies, no e-mail or network addresses. */
export type LogFields = Record<string, unknown>;

/** Lines leave together: a system call each costs more than all the rest of them. What ends the process flushes. */
const BUFFER = { minLength: 8_192, periodicFlush: 100 };

/**
 * Structured log: one JSON line per event on stdout, `{ level, time, event, requestId, … }`. Events are names, not
 * sentences: `orders.place.completed`. 3–5 µs a line.
 */
export class Log {
  private readonly logger: Logger;

  constructor(level: string, process: string, destination?: DestinationStream) {
    const options: pino.LoggerOptions = {
      level,
      base: { process },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      mixin: () => {
        const requestId = currentContext()?.requestId;
        return requestId === undefined ? {} : { requestId };
      },
    };
    this.logger = pino(options, destination ?? pino.destination({ dest: 1, sync: false, ...BUFFER }));
  }

  debug(event: string, fields: LogFields = {}): void {
    this.logger.debug(fields, event);
  }

  info(event: string, fields: LogFields = {}): void {
    this.logger.info(fields, event);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.logger.warn(fields, event);
  }

  error(event: string, fields: LogFields = {}): void {
    this.logger.error(fields, event);
  }

  fatal(event: string, fields: LogFields = {}): void {
    this.logger.fatal(fields, event);
    this.logger.flush();
  }
}

/** PostgreSQL puts row values into `detail` and parameters into TypeORM's errors: neither may reach a log. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint, routine } = error as Error & Record<string, unknown>;
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  return { name: error.name, message: error.message, code, constraint, routine, stack: error.stack, cause };
}
