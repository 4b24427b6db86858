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

/** What a browser says about the page that asks. */
export interface AskingPage {
  /** `Sec-Fetch-Site` */
  site?: string;
  /** `Origin`; browsers send it with every POST. */
  origin?: string;
}

/**
 * Whether a page of somebody else is asking with our user's cookie. SameSite=Strict keeps that from happening already; this
 * is for browsers that don't know it, and for pages of other names below our domain. Programs send neither header.
 * @param host as the request names it
 * @param known origins of pages that may ask: our own, and those of the setting CORS_ORIGINS
 */
export function isForeignPage({ site, origin }: AskingPage, host: string, known: readonly string[]): boolean {
  if (origin !== undefined) return !known.includes(origin) && hostOf(origin) !== host;
  return site === 'cross-site' || site === 'same-site';
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/@\s]+)$/.exec(origin)?.[1];
}

/** Reads and writes the refresh token's cookie. */
@Injectable()
export class RefreshCookie {
  constructor(private readonly config: Config) {}

  /** @throws AppError `forbidden` when the browser says that another site's page is asking */
  read(request: FastifyRequest): string | undefined {
    const { 'sec-fetch-site': site, origin } = request.headers as Record<string, string | undefined>;
    const known = [new URL(this.config.publicUrl).origin, ...this.config.get('CORS_ORIGINS')];
    if (isForeignPage({ site, origin }, request.host, known)) throw forbidden();
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

  /** How another cookie of signing in is named and kept where this request came from: as safely as this one. */
  like(request: FastifyRequest, name: string): { name: string; options: CookieSerializeOptions } {
    const own = this.cookieFor(request);
    return { name: own.name.replace('refresh_token', name), options: own.options };
  }

  private cookieFor(request: FastifyRequest) {
    const isHttps = request.protocol === 'https' || this.config.publicUrl.startsWith('https:');
    return refreshCookieFor(isHttps, request.hostname);
  }
}
