import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { validationFailed } from '@platform/errors';

/** What an ETag names that no version of anything has. */
const NO_VERSION = -1;

/**
 * The version that If-Match names, or undefined when any version will do. Tags that we never gave, and weak ones, match
 * nothing (RFC 9110, 13.1.1); 400 for what is no tag, or more than one.
 */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^"(0|[1-9]\d{0,8})"$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  if (/^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(header)) return NO_VERSION;
  throw validationFailed([
    { field: 'If-Match', code: 'etag', message: 'If-Match must be an ETag of this resource, such as "7"' },
  ]);
});

/** Sends a resource's version as its ETag and returns the body: `return withETag(reply, Product.from(product))`. */
export function withETag<Body extends { version: number }>(reply: FastifyReply, body: Body): Body {
  void reply.header('etag', `"${body.version}"`);
  return body;
}
