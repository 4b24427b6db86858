import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VerifiedTokens } from '@platform/auth';
import { Config } from '@platform/config';
import { AppError } from '@platform/errors';
import { isOfApi } from './is-of-api';
import { networkOf } from './network';
import type { RateLimitPolicy, RateLimitState } from './rate-limiter';
import { RateLimits } from './rate-limits';
import { describePolicy, describeState, letTellLimits } from './told-limits';

/** 429: too many requests of one user or address. */
export const rateLimited = (retryAfterSeconds: number) =>
  new AppError('rate_limited', 'rate_limited', 'Too many requests; try again later.', { retryAfterSeconds });

/**
 * The general limit of the API, per user or API key where it is already known and else per address, with the headers of the
 * IETF draft (draft-ietf-httpapi-ratelimit-headers). Health, metrics and documentation are not counted.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly policy: RateLimitPolicy;
  private readonly policyHeader: string;

  constructor(
    config: Config,
    private readonly tokens: VerifiedTokens,
    private readonly limits: RateLimits,
  ) {
    this.policy = config.get('RATE_LIMIT_DEFAULT');
    this.policyHeader = describePolicy('default', this.policy);
  }

  /** Only what is counted in Redis is waited for. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!isOfApi(request)) return true;
    const reply = http.getResponse<FastifyReply>();
    const state = this.limits.take(this.keyOf(request), this.policy);
    return state instanceof Promise
      ? state.then((counted) => this.decide(counted, request, reply))
      : this.decide(state, request, reply);
  }

  private decide(state: RateLimitState, request: FastifyRequest, reply: FastifyReply): boolean {
    void reply.header('ratelimit-policy', this.policyHeader);
    void reply.header('ratelimit', describeState('default', state));
    if (state.isExceeded) throw rateLimited(state.resetSeconds);
    if (isOfApi(request, 'v1/auth/')) letTellLimits(reply);
    return true;
  }

  private keyOf(request: FastifyRequest): string {
    const actor = this.tokens.find(request.headers.authorization?.slice(7) ?? '');
    if (actor?.keyId !== undefined) return `key ${actor.keyId}`;
    return actor ? `user ${actor.id}` : `address ${networkOf(request.ip)}`;
  }
}
