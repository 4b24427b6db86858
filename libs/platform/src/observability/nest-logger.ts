import type { LoggerService } from '@nestjs/common';
import type { Log } from './log';

/** Nest's own messages as our log lines; its start-up chatter is `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly log_: Log) {}

  log(message: unknown, context?: string): void {
    this.log_.debug('nest.log', { message, context });
  }

  warn(message: unknown, context?: string): void {
    this.log_.warn('nest.warn', { message, context });
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.log_.error('nest.error', {
      message,
      context: rest.at(-1),
      error: message instanceof Error ? message : undefined,
    });
  }
}
