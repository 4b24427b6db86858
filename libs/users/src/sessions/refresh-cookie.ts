import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '@platform/config';
import { forbidden } from '@platform/errors';
import { REFRESH_TOKEN_SECONDS } from './refresh-token.rules';

const LOCALHOST = /^(localhost|[^.]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The cookie that carries the refresh token. Over https its name has the prefix `__Secure-`, with which no page served
 * over http can set it. Secure everywhere but on plain-http localhost, where a browser would drop it.
 */
export function refreshCookieFor(isHttps: boolean, host: string): { name: string; options: CookieSerializeOptions } {
  return {
    name: isHttps ? '__Secure-refresh_token' : 'refresh_token',
    options: { httpOnly: true, secure: isHttps || !LOCALHOST.test(host), sameSite: 'strict', path: '/api/v1/auth' },
  };
}

/** Reads and writes the refresh token's cookie. */
@Injectable()
export class RefreshCookie {
  constructor(private readonly config: Config) {}

  /** @throws AppError `forbidden` when the browser says that another site's page is asking */
  read(request: FastifyRequest): string | undefined {
    if (request.headers['sec-fetch-site'] === 'cross-site') throw forbidden();
    return request.cookies[this.cookieFor(request).name];
  }

  set(reply: FastifyReply, refreshToken: string): void {
    const { name, options } = this.cookieFor(reply.request);
    void reply.setCookie(name, refreshToken, { ...options, maxAge: REFRESH_TOKEN_SECONDS });
  }

  clear(reply: FastifyReply): void {
    const { name, options } = this.cookieFor(reply.request);
    void reply.clearCookie(name, options);
  }

  private cookieFor(request: FastifyRequest) {
    const isHttps = request.protocol === 'https' || this.config.publicUrl.startsWith('https:');
    return refreshCookieFor(isHttps, request.hostname);
  }
}
