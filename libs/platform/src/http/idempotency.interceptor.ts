import { hash } from 'node:crypto';
import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { POLICY, type AuthenticatedRequest, type Policy } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { IdempotencyStore, refusalOf, type StoredAnswer } from './idempotency-store';
import * as errors from './idempotency.errors';

/** The metadata key of routes that demand an Idempotency-Key; the OpenAPI document reads it too. */
export const IDEMPOTENT = 'http:idempotent';

/** Marks a POST that demands an Idempotency-Key. Its whole handler runs in one transaction with the key's record. */
export const Idempotent = () => SetMetadata(IDEMPOTENT, true);

/** The metadata key of routes that know no Idempotency-Key; the OpenAPI document reads it too. */
export const NEVER_REPLAYED = 'http:neverReplayed';

/** Marks a POST that proves or begins something anew each time, or hashes a password, for which no transaction waits. */
export const NeverReplayed = () => SetMetadata(NEVER_REPLAYED, true);

const ANSWERS_SECRET = 'http:answersSecret';

/** Marks a POST whose answer holds a secret: under an Idempotency-Key it is stored sealed. */
export const AnswersSecret = () => SetMetadata(ANSWERS_SECRET, true);

type Request = FastifyRequest & AuthenticatedRequest;

/** A key, whose it is, and the request that it stands for. */
interface Claim {
  scope: string;
  key: string;
  fingerprint: Buffer;
  isSecret: boolean;
}

/**
 * Gives the same request the same effect once and the same answer always. The transaction is opened here, around the
 * handler; services join it. A refusal (4xx, 5xx) rolls back and is not remembered.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly uow: UnitOfWork,
    private readonly store: IdempotencyStore,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (this.isPublic(context)) return next.handle();
    const key = keyOf(request); // a bad one is refused, though it would not be used
    if (this.isNeverReplayed(context)) return next.handle();
    if (key === undefined && this.reflector.get<true | undefined>(IDEMPOTENT, context.getHandler())) {
      throw errors.idempotencyKeyRequired();
    }
    const scope = request.actor?.keyId ?? request.actor?.id;
    if (key === undefined || scope === undefined) return next.handle();
    const isSecret = this.reflector.get<true | undefined>(ANSWERS_SECRET, context.getHandler()) === true;
    const claim = { scope, key, fingerprint: fingerprintOf(request), isSecret };
    return from(this.once(claim, http.getResponse<FastifyReply>(), next));
  }

  /** Signing in and refreshing hash outside of transactions, and their answers hold secrets that must not be stored. */
  private isPublic(context: ExecutionContext): boolean {
    const policy = this.reflector.getAllAndOverride<Policy>(POLICY, [context.getHandler(), context.getClass()]);
    return policy.kind === 'public';
  }

  private isNeverReplayed(context: ExecutionContext): boolean {
    return this.reflector.get<true | undefined>(NEVER_REPLAYED, context.getHandler()) === true;
  }

  private async once(claim: Claim, reply: FastifyReply, next: CallHandler): Promise<string> {
    try {
      return await this.uow.run(() => this.handle(claim, reply, next));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      const stored = refusal === 'answered' ? await this.store.find(claim.scope, claim.key) : undefined;
      if (!stored) throw errors.idempotencyInProgress();
      return this.replay(claim, stored, reply);
    }
  }

  private replay({ scope, key, fingerprint }: Claim, stored: StoredAnswer, reply: FastifyReply): string {
    if (!stored.fingerprint.equals(fingerprint)) throw errors.idempotencyKeyReused();
    const body = this.store.bodyOf(scope, key, stored);
    if (body === undefined) throw errors.idempotencyAnswerLost();
    void reply.status(stored.status).header('idempotent-replayed', 'true');
    if (stored.etag !== null) void reply.header('etag', stored.etag);
    return answer(reply, body);
  }

  /** The claim is not awaited: it is in one trip with the handler's first statements, and ahead of them. */
  private async handle(claim: Claim, reply: FastifyReply, next: CallHandler): Promise<string> {
    const { scope, key, fingerprint, isSecret } = claim;
    const failed = this.store.claim(scope, key).then(
      () => undefined,
      (error: Error) => error,
    );
    let result: unknown;
    try {
      result = await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      throw (await failed) ?? error;
    }
    const failure = await failed;
    if (failure) throw failure;
    const body = result === undefined ? '' : JSON.stringify(result);
    const etag = (reply.getHeader('etag') as string | undefined) ?? null;
    this.store.store(scope, key, { fingerprint, status: reply.statusCode, body, etag }, isSecret);
    return answer(reply, body);
  }
}

/** The text that is stored is the very text that is sent. */
function answer(reply: FastifyReply, body: string): string {
  if (body !== '') void reply.header('content-type', 'application/json; charset=utf-8');
  return body;
}

/** The key, bare or as a quoted string: `k` and `"k"` are the same. */
function keyOf(request: Request): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : '';
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw errors.idempotencyKeyInvalid();
  return key;
}

/** What makes two requests the same: method, address and body, whatever the order of the body's keys. */
function fingerprintOf(request: Request): Buffer {
  return hash('sha256', `${request.method} ${request.url}\n${canonicalOf(request.body ?? null)}`, 'buffer');
}

/** JSON with sorted keys. */
function canonicalOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalOf).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalOf(member)}`).join()}}`;
}
