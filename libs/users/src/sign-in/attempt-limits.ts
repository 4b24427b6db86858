import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { AppError } from '@platform/errors';
import { rateLimited, RateLimiter, type RateLimitPolicy } from '@platform/http';
import { FailureLimiter } from './failure-limiter';

const isRefusal = (error: unknown) =>
  error instanceof AppError && (error.kind === 'unauthenticated' || error.code === 'mail_token_invalid');

/** How often somebody may try to get in. */
@Injectable()
export class AttemptLimits {
  private readonly failures: FailureLimiter;
  private readonly registrations = new RateLimiter();
  private readonly registrationPolicy: RateLimitPolicy;
  private readonly forgotten = new RateLimiter();
  private readonly authPolicy: RateLimitPolicy;

  constructor(config: Config) {
    this.authPolicy = config.get('RATE_LIMIT_AUTH');
    this.failures = new FailureLimiter(this.authPolicy, isRefusal);
    this.registrationPolicy = config.get('RATE_LIMIT_REGISTER');
  }

  /** Failed sign-ins count, by address and by e-mail. @throws AppError `rate_limited` */
  login<T>(address: string, email: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`login from ${address}`, `login as ${email.toLowerCase()}`], work);
  }

  /** Failed step-ups count, by address and by account. @throws AppError `rate_limited` */
  stepUp<T>(address: string, userId: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`step-up from ${address}`, `step-up of ${userId}`], work);
  }

  /** Refused refresh tokens count, by address. @throws AppError `rate_limited` */
  refresh<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`refresh from ${address}`], work);
  }

  /** Wrong tokens of mails count, by address. @throws AppError `rate_limited` */
  mailToken<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`mail token from ${address}`], work);
  }

  /** Wrong answers to "and what is your present password?" count, by account. @throws AppError `rate_limited` */
  ownPassword<T>(userId: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`own password of ${userId}`], work);
  }

  /** Every mail for a forgotten password counts, by address. @throws AppError `rate_limited` */
  countForgotten(address: string): void {
    const { isExceeded, resetSeconds } = this.forgotten.take(address, this.authPolicy);
    if (isExceeded) throw rateLimited(resetSeconds);
  }

  /** Every registration counts, by address. @throws AppError `rate_limited` */
  countRegistration(address: string): void {
    const { isExceeded, resetSeconds } = this.registrations.take(address, this.registrationPolicy);
    if (isExceeded) throw rateLimited(resetSeconds);
  }
}
