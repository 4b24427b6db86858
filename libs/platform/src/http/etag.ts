import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { validationFailed } from '@platform/errors';

/** The version that If-Match names, or undefined when any version will do. 400 for what is no ETag of ours. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  throw validationFailed([
    { field: 'If-Match', code: 'etag', message: 'If-Match must be an ETag of this resource, such as "7"' },
  ]);
});

/** Sends a resource's version as its ETag and returns the body: `return withETag(reply, Product.from(product))`. */
export function withETag<Body extends { version: number }>(reply: FastifyReply, body: Body): Body {
  void reply.header('etag', `"${body.version}"`);
  return body;
}
