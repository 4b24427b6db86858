import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { AppError, forbidden, unauthenticated } from '@platform/errors';
import { currentContext } from '@platform/observability';
import type { AccessTokenClaims } from './access-tokens';
import type { Actor } from './actor';
import { ApiKeys } from './api-keys';
import { ChangedRoles } from './changed-roles';
import { EndedSessions } from './ended-sessions';
import { POLICY, type AuthenticatedRequest, type Policy } from './policies';
import { STEP_UP, StepUps } from './step-ups';
import { VerifiedTokens } from './verified-tokens';

type Request = AuthenticatedRequest & { headers: Record<string, string | undefined> };

/** The one guard of the whole API. A route that declares no policy is a bug and is refused. */
@Injectable()
export class AccessGuard extends AuthGuard('access-token') {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: VerifiedTokens,
    private readonly endedSessions: EndedSessions,
    private readonly stepUps: StepUps,
    private readonly apiKeys: ApiKeys,
    private readonly changedRoles: ChangedRoles,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const policy = this.reflector.getAllAndOverride<Policy | undefined>(POLICY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!policy) throw new Error(`${context.getClass().name}.${context.getHandler().name} declares no policy.`);
    const request = context.switchToHttp().getRequest<Request>();
    const actor = await (policy.kind === 'public'
      ? this.identifyIfPossible(request, context)
      : this.identify(request, context));
    if (actor) {
      request.actor = actor;
      const current = currentContext();
      if (current) current.actor = actor.keyId === undefined ? actor.id : `api-key:${actor.keyId}`;
    }
    if (policy.kind === 'public') return true;
    if (!actor) throw unauthenticated();
    if (!allows(policy, actor)) throw forbidden();
    if (this.reflector.get<true | undefined>(STEP_UP, context.getHandler())) await this.stepUps.require(actor);
    return true;
  }

  /** passport's callback: turns its outcome into the claims, or into our errors. */
  override handleRequest<Claims = AccessTokenClaims>(_error: unknown, claims: Claims | false, info: unknown): Claims {
    if (claims) return claims;
    if ((info as Error | undefined)?.name === 'TokenExpiredError') {
      throw new AppError('unauthenticated', 'token_expired', 'The access token has expired; refresh it.');
    }
    throw unauthenticated();
  }

  /** A public route serves everybody, so also who shows a token that is no longer good (to refresh it, say). */
  private async identifyIfPossible(request: Request, context: ExecutionContext): Promise<Actor | undefined> {
    try {
      return await this.identify(request, context);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  private async identify(request: Request, context: ExecutionContext): Promise<Actor | undefined> {
    const header = request.headers['authorization'];
    if (header === undefined) return undefined;
    const token = /^Bearer (\S+)$/i.exec(header)?.[1];
    if (token === undefined) throw unauthenticated();
    const known = this.tokens.find(token);
    if (known) return known;
    if (token.startsWith('ck_')) return this.identifyKey(token);
    await super.canActivate(context);
    const claims = (request as { user?: AccessTokenClaims }).user;
    if (!claims || this.endedSessions.has(claims.sid)) throw unauthenticated();
    return this.tokens.remember(token, { ...claims, roles: this.changedRoles.of(claims.sub) ?? claims.roles });
  }

  private async identifyKey(secret: string): Promise<Actor> {
    const actor = await this.apiKeys.identify(secret);
    if (!actor) throw unauthenticated();
    return actor;
  }
}

/** A key is not a person: what is for anybody who is signed in is for keys only where the route names permissions. */
function allows(policy: Policy, { keyId, permissions }: Actor): boolean {
  if (policy.kind === 'permission') return permissions.has(policy.permission);
  if (policy.kind === 'public' || keyId === undefined) return true;
  return policy.keyPermissions?.some((permission) => permissions.has(permission)) ?? false;
}
