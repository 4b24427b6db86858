import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setting } from './support/database';

type UntilAccepting = (url: string, server: ChildProcess) => Promise<void>;

/** Two clones that are started at once may choose the same port, and then one of them meets the other's PostgreSQL there. */
describe('A PostgreSQL that does not know our password', () => {
  let untilAccepting: UntilAccepting;
  let server: ChildProcess;
  const url = new URL(setting('TEST_POSTGRES_URL'));
  url.password = 'of-another-clone';

  beforeAll(async () => {
    ({ untilAccepting } = (await import(join(process.cwd(), 'tools/postgres/cluster.mjs'))) as {
      untilAccepting: UntilAccepting;
    });
  });

  afterEach(async () => {
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'exit');
  });

  const start = (lastsMs: number) => spawn(process.execPath, ['-e', `setTimeout(() => process.exit(1), ${lastsMs})`]);

  it('is not taken for ours when ours ends because the port is taken', async () => {
    server = start(500);
    await expect(untilAccepting(url.href, server)).resolves.toBeUndefined();
    expect(server.exitCode).toBe(1);
  });

  it('is ours with other passwords when ours goes on', async () => {
    server = start(60_000);
    await expect(untilAccepting(url.href, server)).rejects.toThrow('restore that file');
    expect(server.exitCode).toBeNull();
  });
});
