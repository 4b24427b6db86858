import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Architecture, check, readSources } from '../../tools/architecture/check';
import { faults, innocents } from './samples';

const root = join(__dirname, '../..');

it('the code follows architecture.json and the conventions', () => {
  const drawing = JSON.parse(readFileSync(join(root, 'architecture.json'), 'utf8')) as Architecture;
  expect(check(readSources(root), drawing)).toEqual([]);
});

/** A drawing of its own, so that a change of the real one never changes what is proved here. */
const drawing: Architecture = {
  modules: { users: [], inventory: [], catalog: ['inventory'], orders: ['catalog', 'inventory', 'users'] },
  platform: { errors: [], config: ['errors'], database: ['config', 'errors'], auth: ['database'], http: ['auth'] },
};

describe('the check bites', () => {
  it.each(faults)('on $name', ({ file, code, complaint }) => {
    const complaints = check(new Map([[file, code]]), drawing);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(complaint);
    expect(complaints[0]).toMatch(/^[\w./-]+: .+ — .+/);
  });

  it('on a cycle in the drawing, among modules and among parts of platform', () => {
    const circle = { a: ['b'], b: ['c'], c: ['a'] };
    expect(check(new Map(), { modules: circle, platform: {} })).toEqual([expect.stringContaining('a -> b -> c -> a')]);
    expect(check(new Map(), { modules: {}, platform: circle })).toEqual([expect.stringContaining('a -> b -> c -> a')]);
  });

  it('on an arrow that leads nowhere', () => {
    expect(check(new Map(), { modules: { orders: ['catlog'] }, platform: {} })).toEqual([
      expect.stringContaining('orders -> catlog leads nowhere'),
    ]);
  });

  it('once for a folder that is not drawn, however many files it has', () => {
    const sources = new Map(['a', 'b', 'c'].map((name) => [`libs/gifts/src/${name}.ts`, 'export {};']));
    expect(check(sources, drawing)).toEqual([expect.stringMatching(/^libs\/gifts\/src: is not in architecture\.json/)]);
  });
});

describe('the check leaves alone', () => {
  it.each(innocents)('$name', ({ file, code }) => {
    expect(check(new Map([[file, code]]), drawing)).toEqual([]);
  });
});
