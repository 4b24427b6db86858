import type { Actor } from '@platform/auth';

/** Whose orders this user may act on or see: only the own, or (null) anybody's. */
export const ownerFor = (user: Actor, permission: string): string | null =>
  user.permissions.has(permission) ? null : user.id;
