import { currentContext } from '@platform/observability';

/** From here on the request is this user's: audit trail and events say so. */
export function actAs(userId: string): void {
  const context = currentContext();
  if (context) context.actor = userId;
}
