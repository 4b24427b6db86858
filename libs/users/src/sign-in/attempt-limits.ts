import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { AppError } from '@platform/errors';
import { networkOf, rateLimited, RateLimits, tellLimit, type RateLimitPolicy } from '@platform/http';
import { FailureLimiter } from './failure-limiter';

const isRefusal = (error: unknown) =>
  error instanceof AppError && (error.kind === 'unauthenticated' || error.code === 'mail_token_invalid');

/**
 * How often somebody may try to get in. Failures count by network (many accounts tried from one address) and by account
 * (one account tried from many addresses).
 */
@Injectable()
export class AttemptLimits {
  private readonly failures: FailureLimiter;
  private readonly registrationPolicy: RateLimitPolicy;
  private readonly authPolicy: RateLimitPolicy;

  constructor(
    config: Config,
    private readonly limits: RateLimits,
  ) {
    this.authPolicy = config.get('RATE_LIMIT_AUTH');
    this.registrationPolicy = config.get('RATE_LIMIT_REGISTER');
    this.failures = new FailureLimiter(limits, this.authPolicy, isRefusal);
  }

  /** Failed sign-ins count, by address and by e-mail. @throws AppError `rate_limited` */
  login<T>(address: string, email: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`login from ${networkOf(address)}`, loginAs(email)], work);
  }

  /** The owner of an account has proved who they are: what others have tried on it counts no longer. */
  forgive(email: string): Promise<void> {
    return this.failures.forgive(loginAs(email));
  }

  /** Failed second steps count, by address; by account they are counted with their codes. @throws AppError `rate_limited` */
  secondStep<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`second step from ${networkOf(address)}`], work);
  }

  /** Passkeys that don't hold count, by address. @throws AppError `rate_limited` */
  passkey<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`passkey from ${networkOf(address)}`], work);
  }

  /** Sign-ins that another provider has not confirmed count, by address. @throws AppError `rate_limited` */
  oidc<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`provider from ${networkOf(address)}`], work);
  }

  /** Failed step-ups count, by address and by account. @throws AppError `rate_limited` */
  stepUp<T>(address: string, userId: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`step-up from ${networkOf(address)}`, `step-up of ${userId}`], work);
  }

  /** Refused refresh tokens count, by address. @throws AppError `rate_limited` */
  refresh<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`refresh from ${networkOf(address)}`], work);
  }

  /** Wrong tokens of mails count, by address. @throws AppError `rate_limited` */
  mailToken<T>(address: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`mail token from ${networkOf(address)}`], work);
  }

  /** Wrong answers to "and what is your present password?" count, by account. @throws AppError `rate_limited` */
  ownPassword<T>(userId: string, work: () => Promise<T>): Promise<T> {
    return this.failures.attempt([`own password of ${userId}`], work);
  }

  /** Every mail for a forgotten password counts, by address. @throws AppError `rate_limited` */
  countForgotten(address: string): Promise<void> {
    return this.count('auth', `forgotten from ${networkOf(address)}`, this.authPolicy);
  }

  /** Every registration counts, by address. @throws AppError `rate_limited` */
  countRegistration(address: string): Promise<void> {
    return this.count('register', `registration from ${networkOf(address)}`, this.registrationPolicy);
  }

  private async count(name: string, key: string, policy: RateLimitPolicy): Promise<void> {
    const state = await this.limits.take(key, policy);
    tellLimit(name, policy, state);
    if (state.isExceeded) throw rateLimited(state.resetSeconds);
  }
}

/** By the hash of the address: counters may lie in Redis, where nobody's address has to stand. */
function loginAs(email: string): string {
  return `login as ${createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')}`;
}
