import { findRoleChange, mayGrant, permissionsOf, ROLES } from './role.rules';

describe('permissionsOf', () => {
  it.each([
    ['customer', 'orders:place', 'orders:read'],
    ['support', 'payments:refund', 'inventory:write'],
    ['warehouse', 'orders:ship', 'payments:refund'],
  ])('lets %s do %s but not %s', (role, may, mayNot) => {
    const permissions = permissionsOf([role]);
    expect(permissions.has(may)).toBe(true);
    expect(permissions.has(mayNot)).toBe(false);
  });

  it('adds up several roles, and gives the administrator what any role has', () => {
    const both = permissionsOf(['support', 'warehouse']);
    expect(both).toEqual(new Set([...permissionsOf(['support']), ...permissionsOf(['warehouse'])]));
    const everything = permissionsOf(['admin']);
    for (const permission of ROLES.flatMap((role) => [...permissionsOf([role])])) {
      expect(everything).toContain(permission);
    }
  });

  it('allows nothing to a role that it does not know', () => {
    expect(permissionsOf(['root', 'constructor', '__proto__']).size).toBe(0);
  });

  it('gives one and the same set for the same roles in any order', () => {
    expect(permissionsOf(['warehouse', 'support'])).toBe(permissionsOf(['support', 'warehouse']));
  });
});

describe('findRoleChange', () => {
  it('does not mind order and repetition', () => {
    expect(findRoleChange(['support', 'customer'], ['customer', 'support', 'support'])).toBeUndefined();
    expect(findRoleChange(['customer'], undefined)).toBeUndefined();
    expect(findRoleChange(['customer'], ['support'])).toEqual({ before: ['customer'], after: ['support'] });
  });
});

describe('mayGrant', () => {
  it.each([
    ['admin', ['customer'], ['admin'], true],
    ['support', ['customer'], ['support'], true],
    ['support', ['customer'], ['admin'], false],
    ['support', ['admin'], ['customer'], false],
    ['support', ['customer'], ['customer', 'warehouse'], false],
  ] as const)('%s, from %j to %j: %s', (role, before, after, expected) => {
    const change = { before: [...before], after: [...after] };
    expect(mayGrant(permissionsOf([role]), change)).toBe(expected);
  });
});
