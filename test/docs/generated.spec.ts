import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsSchema } from '@platform/config';
import { arrowsDiagram } from '../../tools/docs/arrows-diagram';
import { replaceBetweenMarkers } from '../../tools/docs/markers';
import { GATEWAY_SETTINGS, START_SETTINGS } from '../../tools/docs/other-settings';
import { describeSettings, envExample, settingsTable } from '../../tools/docs/settings-pages';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the generated pages', () => {
  it('are current (docs/openapi.json is compared with the running API)', () => {
    const args = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', 'tools/docs/generate.mjs', '--check'];
    const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' as const };
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--without-build'], options);
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.stringContaining('up to date') });
  });
});

describe('the settings', () => {
  const settings = describeSettings(settingsSchema.shape);

  it('all have a description, and a default unless they are required or may be left out', () => {
    expect(settings.filter(({ description }) => description === '')).toEqual([]);
    expect(settings.find(({ name }) => name === 'PORT')).toMatchObject({ preset: '3000', isRequired: false });
    expect(settings.find(({ name }) => name === 'ORDER_EXPIRY')).toMatchObject({ preset: '30m', isRequired: false });
    expect(settings.find(({ name }) => name === 'APP_SECRET')).toMatchObject({ preset: undefined, isRequired: true });
    expect(settings.find(({ name }) => name === 'REDIS_URL')).toMatchObject({ preset: undefined, isRequired: false });
    expect(settings.find(({ name }) => name === 'LOG_LEVEL')?.values).toContain('silent');
  });

  it('are in .env.example, all of them commented out', () => {
    const page = envExample(settings, START_SETTINGS);
    for (const { name } of settings) expect(page).toContain(`\n# ${name}=`);
    expect(page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('say in the table what npm start makes of them', () => {
    const [row] = settingsTable([settings.find(({ name }) => name === 'SHUTDOWN_TIMEOUT')!], {
      SHUTDOWN_TIMEOUT: '3s',
    })
      .split('\n')
      .slice(2);
    expect(row).toMatch(/^\| `SHUTDOWN_TIMEOUT` \| `8s` \| `3s` \| /);
  });

  it('of the sandbox gateway are those that it reads, and no other', () => {
    const names = [...read('apps/sandbox-gateway/src/settings.ts').matchAll(/^ {2}(SANDBOX_\w+):/gm)].map(
      ([, name]) => name,
    );
    expect(names.filter((name) => !(name! in settingsSchema.shape)).sort()).toEqual(
      GATEWAY_SETTINGS.map(([name]) => name).sort(),
    );
  });

  it('of npm start are those that it reads, and no other', () => {
    const plan = read('tools/supervisor/plan.mjs');
    const read_ = [...plan.matchAll(/given\.([A-Z_]+)|name: '([A-Z_]+)'/g)].map(([, a, b]) => a ?? b!);
    const known = new Set([...Object.keys(settingsSchema.shape), ...GATEWAY_SETTINGS.map(([name]) => name)]);
    expect([...new Set(read_)].filter((name) => !known.has(name)).sort()).toEqual(
      START_SETTINGS.map(([name]) => name).sort(),
    );
  });
});

describe('the diagram of arrows', () => {
  it('draws every arrow between modules, and leaves out those of platform that another way implies', () => {
    const drawing = {
      modules: { a: [], b: ['a'], c: ['a', 'b'] },
      platform: { low: [], middle: ['low'], top: ['low', 'middle'] },
    };
    const diagram = arrowsDiagram(drawing, new Set(['a', 'b']));
    expect(diagram).toContain('  b --> a\n  c --> a\n  c --> b\n');
    expect(diagram).toContain('  class c planned');
    expect(diagram).toContain('  top --> middle\n');
    expect(diagram).not.toContain('top --> low');
  });
});

describe('the markers', () => {
  it('keep what stands around them, and want to stand there once', () => {
    const page = 'before\n<!-- x: by a tool -->\nold\n<!-- /x -->\nafter';
    expect(replaceBetweenMarkers(page, 'x', 'new')).toBe('before\n<!-- x: by a tool -->\n\nnew\n\n<!-- /x -->\nafter');
    expect(() => replaceBetweenMarkers(page + page, 'x', 'new')).toThrow('2 times');
    expect(() => replaceBetweenMarkers('no markers', 'x', 'new')).toThrow('0 times');
  });
});

it('git keeps no secret file that the pages speak of', () => {
  const kept = execFileSync('git', ['ls-files', '.env', '.data'], { cwd: root, encoding: 'utf8' });
  expect(kept).toBe('');
});
