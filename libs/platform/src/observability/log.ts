import pino, { type Logger, type DestinationStream } from 'pino';
import { currentContext } from './request-context';

/** Bytes of lines that may wait to be written. */
const MAX_WAITING = 4 * 1024 * 1024;

/** What a log line carries besides its event. No secrets, no bodies, no e-mail or network addresses. */
export type LogFields = Record<string, unknown>;

/**
 * Structured log: one JSON line per event on stdout, `{ level, time, event, requestId, … }`. Events are names, not
 * sentences: `orders.place.completed`. Lines leave together, every 0.1 s: a system call for each costs more than all else.
 */
export class Log {
  private readonly logger: Logger;

  /**
   * @param process the name of the process, on every line
   * @param destination a file, or a stream; standard output when absent
   */
  constructor(level: string, process: string, destination?: string | DestinationStream) {
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
    this.logger = pino(options, typeof destination === 'object' ? destination : buffered(destination));
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

/**
 * Lines that can't be written, as on a full disk, wait for a while and are lost then: the process has more to do than to log. What
 * pino does at the end, writing until all is written, would never end.
 * @param file standard output when absent
 */
export function buffered(file?: string) {
  const stream = pino.destination({
    dest: file ?? 1,
    sync: false,
    minLength: 8_192,
    periodicFlush: 100,
    maxLength: MAX_WAITING,
  });
  const flushSync = stream.flushSync.bind(stream);
  let isStuck = false;
  stream.on('error', () => (isStuck = true));
  stream.on('write', () => (isStuck = false));
  stream.flushSync = () => {
    if (!isStuck) flushSync();
  };
  return stream;
}

/** PostgreSQL puts row values into `detail` and parameters into TypeORM's errors: neither may reach a log. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint, routine } = error as Error & Record<string, unknown>;
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  return { name: error.name, message: error.message, code, constraint, routine, stack: error.stack, cause };
}
