import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `npm start` in a clone of its own, with an npm that only leaves a mark. */
describe('the installation of packages', () => {
  let clone: string;
  let mark: string;

  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'countinghouse-clone-'));
    mark = join(clone, 'npm-was-here');
    for (const each of ['tools', 'package.json', 'package-lock.json'])
      cpSync(each, join(clone, each), { recursive: true });
    mkdirSync(join(clone, 'bin'));
    writeFileSync(join(clone, 'bin/npm'), `#!/bin/sh\n: > '${mark}'\nexit 1\n`, { mode: 0o755 });
  });
  afterEach(() => rmSync(clone, { recursive: true }));

  const start = () =>
    spawnSync(process.execPath, [join(clone, 'tools/start.mjs')], {
      env: { PATH: `${join(clone, 'bin')}:/usr/bin:/bin` },
      encoding: 'utf8',
      timeout: 20_000,
    });

  it('refuses to go through a link into the folder of somebody else', () => {
    mkdirSync(join(clone, 'others'));
    symlinkSync(join(clone, 'others'), join(clone, 'node_modules'));
    const { status, stderr } = start();
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^node_modules is a symbolic link, .+ try again\.\n$/)]);
    expect(existsSync(mark)).toBe(false);
  });

  it('goes to npm when there is nothing yet, and says what to do when that fails', () => {
    const { status, stderr } = start();
    expect([status, stderr]).toEqual([1, expect.stringContaining('`npm ci` failed')]);
    expect(existsSync(mark)).toBe(true);
  });
});
