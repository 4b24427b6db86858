import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VerifiedTokens } from '@platform/auth';
import { Config } from '@platform/config';
import { AppError } from '@platform/errors';
import { RateLimiter, type RateLimitPolicy } from './rate-limiter';

/** 429: too many requests of one user or address. */
export const rateLimited = (retryAfterSeconds: number) =>
  new AppError('rate_limited', 'rate_limited', 'Too many requests; try again later.', { retryAfterSeconds });

/**
 * The general limit of the API, per user where the token is already known and else per address, with the headers of the
 * IETF draft (draft-ietf-httpapi-ratelimit-headers). Health, metrics and documentation are not counted.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limiter = new RateLimiter();
  private readonly policy: RateLimitPolicy;
  private readonly policyHeader: string;

  constructor(
    config: Config,
    private readonly tokens: VerifiedTokens,
  ) {
    this.policy = config.get('RATE_LIMIT_DEFAULT');
    this.policyHeader = `"default";q=${this.policy.limit};w=${this.policy.windowSeconds}`;
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!request.url.startsWith('/api/')) return true;
    const state = this.limiter.take(this.keyOf(request), this.policy);
    const reply = http.getResponse<FastifyReply>();
    void reply.header('ratelimit-policy', this.policyHeader);
    void reply.header('ratelimit', `"default";r=${state.remaining};t=${state.resetSeconds}`);
    if (state.isExceeded) throw rateLimited(state.resetSeconds);
    return true;
  }

  private keyOf(request: FastifyRequest): string {
    const actor = this.tokens.find(request.headers.authorization?.slice(7) ?? '');
    return actor ? `user ${actor.id}` : `address ${request.ip}`;
  }
}
