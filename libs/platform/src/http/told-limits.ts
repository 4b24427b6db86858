import type { FastifyReply } from 'fastify';
import { currentContext, type RequestContext } from '@platform/observability';
import type { RateLimitPolicy, RateLimitState } from './rate-limiter';

/** Only of requests under a second limit. */
const replies = new WeakMap<RequestContext, FastifyReply>();

/** Lets what handles this request tell of further limits, behind the general one. */
export function letTellLimits(reply: FastifyReply): void {
  const context = currentContext();
  if (context) replies.set(context, reply);
}

/** Adds a limit to the headers of the answer to the request at hand, good or bad. */
export function tellLimit(name: string, policy: RateLimitPolicy, state: RateLimitState): void {
  const context = currentContext();
  const reply = context && replies.get(context);
  if (!reply) return;
  append(reply, 'ratelimit-policy', describePolicy(name, policy));
  append(reply, 'ratelimit', describeState(name, state));
}

/** A member of `RateLimit-Policy`. */
export const describePolicy = (name: string, { limit, windowSeconds }: RateLimitPolicy) =>
  `"${name}";q=${limit};w=${windowSeconds}`;

/** A member of `RateLimit`. */
export const describeState = (name: string, { remaining, resetSeconds }: RateLimitState) =>
  `"${name}";r=${remaining};t=${resetSeconds}`;

function append(reply: FastifyReply, header: string, member: string): void {
  const known = reply.getHeader(header);
  void reply.header(header, typeof known === 'string' ? `${known}, ${member}` : member);
}
