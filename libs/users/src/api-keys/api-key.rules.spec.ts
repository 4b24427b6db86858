import { API_KEY } from '@platform/auth';
import { permissionsOf } from '../role.rules';
import { createApiKey, hintOf, KEY_PERMISSIONS, mayMakeKey } from './api-key.rules';

it('is 256 random bits behind a prefix, of which the hint shows 4 characters', () => {
  const [one, two] = [createApiKey(), createApiKey()];
  expect(one).toMatch(API_KEY);
  expect(one).not.toBe(two);
  expect(hintOf(one)).toBe(`ck_live_…${one.slice(-4)}`);
});

it.each([
  ['support', ['orders:read', 'payments:refund'], true],
  ['support', ['orders:read', 'orders:ship'], false],
  ['admin', ['orders:ship', 'users:write'], true],
  ['admin', ['api_keys:write'], false],
  ['customer', ['orders:read'], false],
] as const)('%s may make a key for %j: %s', (role, wanted, expected) => {
  expect(mayMakeKey(permissionsOf([role]), wanted)).toBe(expected);
});

it('can be made for everything but making keys', () => {
  expect(KEY_PERMISSIONS).not.toContain('api_keys:write');
  expect(KEY_PERMISSIONS).toHaveLength(permissionsOf(['admin']).size - 1);
});
