import { randomBytes } from 'node:crypto';
import { permissionsOf, type Permission } from '../role.rules';

/** What no key can be made for: to make keys, a person has to be there. */
const NOT_FOR_KEYS = new Set<string>(['api_keys:write']);

/** What a key can be made for. */
export const KEY_PERMISSIONS = [...permissionsOf(['admin'])].filter((each) => !NOT_FOR_KEYS.has(each)) as Permission[];

/** A new secret: 256 random bits. It is shown once, and known to nobody afterwards. */
export function createApiKey(): string {
  return `ck_live_${randomBytes(32).toString('base64url')}`;
}

/** By what people know a key again without knowing it. */
export function hintOf(secret: string): string {
  return `ck_live_…${secret.slice(-4)}`;
}

/** Whether somebody with these permissions may make such a key: never more than they may themselves. */
export function mayMakeKey(permissions: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.every((permission) => permissions.has(permission) && !NOT_FOR_KEYS.has(permission));
}
