import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { AppError } from '@platform/errors';
import { rateLimited, RateLimiter, type RateLimitPolicy } from '@platform/http';
import { FailureLimiter } from './failure-limiter';

const isRefusal = (error: unknown) => error instanceof AppError && error.kind === 'unauthenticated';

/** How often somebody may try to get in. */
@Injectable()
export class AttemptLimits {
  private readonly failures: FailureLimiter;
  private readonly registrations = new RateLimiter();
  private readonly registrationPolicy: RateLimitPolicy;

  constructor(config: Config) {
    this.failures = new FailureLimiter(config.get('RATE_LIMIT_AUTH'), isRefusal);
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

  /** Every registration counts, by address. @throws AppError `rate_limited` */
  countRegistration(address: string): void {
    const { isExceeded, resetSeconds } = this.registrations.take(address, this.registrationPolicy);
    if (isExceeded) throw rateLimited(resetSeconds);
  }
}
