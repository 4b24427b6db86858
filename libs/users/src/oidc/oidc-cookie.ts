import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RefreshCookie } from '../sessions/refresh-cookie';
import { TRANSACTION_SECONDS } from './oidc-transactions';

const PATH = '/api/v1/auth/oidc';

/** The cookie of a sign-in that is under way at a provider. */
@Injectable()
export class OidcCookie {
  constructor(private readonly refreshCookie: RefreshCookie) {}

  set(reply: FastifyReply, value: string): void {
    const { name, options } = this.cookieFor(reply.request);
    void reply.setCookie(name, value, { ...options, maxAge: TRANSACTION_SECONDS });
  }

  /** Reads it, and has the browser forget it. */
  take(request: FastifyRequest, reply: FastifyReply): string | undefined {
    const { name, options } = this.cookieFor(request);
    const value = request.cookies[name];
    if (value !== undefined) void reply.clearCookie(name, options);
    return value;
  }

  /** Lax, not Strict: the browser comes back from another site, by a link that is followed. */
  private cookieFor(request: FastifyRequest) {
    const { name, options } = this.refreshCookie.like(request, 'oidc_sign_in');
    return { name, options: { ...options, sameSite: 'lax' as const, path: PATH } };
  }
}
