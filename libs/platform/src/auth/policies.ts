import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Actor } from './actor';

/** What a route demands. A route without one is refused, not public. */
export type Policy =
  { kind: 'public' } | { kind: 'signedIn'; keyPermissions?: string[] } | { kind: 'permission'; permission: string };

/** The metadata key under which a route's policy stands; tests read it over all routes. */
export const POLICY = 'auth:policy';

/** Anybody may call this route. A valid token is still recognised, so that answers may differ for who shows one. */
export const Public = () => SetMetadata(POLICY, { kind: 'public' } satisfies Policy);

/**
 * Any signed-in user may call this route; it must look after ownership itself. An API key may only with one of these
 * permissions; without any, the route is for people alone.
 */
export const SignedIn = (...keyPermissions: string[]) =>
  SetMetadata(POLICY, { kind: 'signedIn', keyPermissions } satisfies Policy);

/** Only users whose roles hold this permission, e.g. `@RequirePermission('orders:ship')`. */
export const RequirePermission = (permission: string) =>
  SetMetadata(POLICY, { kind: 'permission', permission } satisfies Policy);

/** A request after the guard. */
export interface AuthenticatedRequest {
  actor?: Actor;
}

/** The signed-in user, or undefined on a public route without a token. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AuthenticatedRequest>().actor,
);
