import { readFileSync } from 'node:fs';

interface LockedPackage {
  license?: string;
  dev?: boolean;
}

/** Licences that let us ship what is under them with a product of ours. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
]);

/** Packages that name no licence in package.json, or one that needs a reason; each was looked at. */
const LOOKED_AT: Record<string, string> = {
  'node_modules/passport-strategy': 'MIT, in its LICENSE file',
  'node_modules/pause': 'MIT, in its Readme',
  'node_modules/xmlhttprequest-ssl': 'MIT, in its LICENSE file; part of the local mailbox',
  'node_modules/caniuse-lite': 'CC-BY-4.0: data that only build tools read',
};

/** Whether an SPDX expression can be met with allowed licences alone. */
function isAllowed(expression: string): boolean {
  const alternatives = expression.replace(/[()]/g, '').split(' OR ');
  return alternatives.some((alternative) => alternative.split(' AND ').every((licence) => ALLOWED.has(licence)));
}

it('every package that we depend on has a licence that allows it', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const others = Object.entries(packages)
    .filter(([path, { license }]) => path !== '' && !(path in LOOKED_AT) && !isAllowed(license ?? 'none'))
    .map(([path, { license }]) => `${path}: ${license ?? 'names no licence'}`);
  expect(others).toEqual([]);
});

it.each([
  ['MIT', true],
  ['(MPL-2.0 OR Apache-2.0)', true],
  ['Apache-2.0 AND MIT', true],
  ['MIT AND GPL-3.0-only', false],
  ['AGPL-3.0-or-later', false],
  ['none', false],
])('%s is allowed: %s', (expression, expected) => {
  expect(isAllowed(expression)).toBe(expected);
});
