const EVERYONE = ['orders:place'] as const;

const EVERYTHING = [
  ...EVERYONE,
  'orders:read',
  'orders:cancel',
  'orders:ship',
  'catalog:write',
  'inventory:read',
  'inventory:write',
  'payments:read',
  'payments:refund',
  'payments:capture',
  'payments:reconcile',
  'ledger:read',
  'users:read',
  'users:write',
  'audit:read',
  'jobs:read',
  'books:read',
  'sagas:read',
  'sagas:write',
  'api_keys:write',
] as const;

/** What a user may be allowed to do: `<module>:<what>`. */
export type Permission = (typeof EVERYTHING)[number];

/** The roles of the house, as sets of permissions. Code asks for permissions, never for roles. */
const PERMISSIONS = {
  customer: EVERYONE,
  support: [
    ...EVERYONE,
    'orders:read',
    'orders:cancel',
    'inventory:read',
    'payments:read',
    'payments:refund',
    'payments:capture',
    'users:read',
    'api_keys:write',
  ],
  warehouse: [...EVERYONE, 'orders:read', 'orders:ship', 'inventory:read', 'inventory:write', 'api_keys:write'],
  admin: EVERYTHING,
} satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof PERMISSIONS;

export const ROLES = Object.keys(PERMISSIONS) as Role[];

const known = new Map<string, ReadonlySet<string>>();

/**
 * What these roles allow together; a role that is not of this version allows nothing. The same roles give the same set,
 * so that thousands of verified tokens share a handful of sets.
 */
export function permissionsOf(roles: readonly string[]): ReadonlySet<string> {
  const valid = ROLES.filter((role) => roles.includes(role));
  const key = valid.join();
  const permissions = known.get(key) ?? new Set<string>(valid.flatMap((role) => PERMISSIONS[role]));
  known.set(key, permissions);
  return permissions;
}

/** What a change of roles comes to. */
export interface RoleChange {
  before: Role[];
  after: Role[];
}

/** @returns undefined when nothing would change */
export function findRoleChange(roles: readonly Role[], wanted: readonly Role[] | undefined): RoleChange | undefined {
  if (!wanted) return undefined;
  const [before, after] = [roles, wanted].map((set) => ROLES.filter((role) => set.includes(role))) as [Role[], Role[]];
  return before.join() === after.join() ? undefined : { before, after };
}

/** Whether somebody with these permissions may make such a change: nobody gives away, or takes, more than they have. */
export function mayGrant(permissions: ReadonlySet<string>, { before, after }: RoleChange): boolean {
  const touched = ROLES.filter((role) => before.includes(role) !== after.includes(role));
  return [...permissionsOf(touched)].every((permission) => permissions.has(permission));
}
