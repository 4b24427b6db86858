import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from './store';

describe('work that shares a commit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-store-'));
  const open = () => Store.open(join(folder, 'gateway.sqlite'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('waits for one commit together, and a failure undoes only its own', async () => {
    const store = open();
    const commits = jest.spyOn(store, 'transaction');
    const outcomes = await Promise.allSettled([
      store.grouped(() => store.charges.closeKey('first')),
      store.grouped(() => {
        store.charges.closeKey('refused');
        throw new Error('as wanted');
      }),
      store.grouped(() => store.charges.isClosed('first')),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { message: 'as wanted' } },
      { status: 'fulfilled', value: true },
    ]);
    expect(commits).toHaveBeenCalledTimes(1);
    store.close();
    const again = open();
    expect(['first', 'refused'].map((key) => again.charges.isClosed(key))).toEqual([true, false]);
    again.close();
  });

  it('is answered after the commit, and refused together when that fails', async () => {
    const store = open();
    const failing = jest.spyOn(store, 'transaction').mockImplementation((work) => {
      work();
      throw new Error('disk full'); // at COMMIT
    });
    const outcomes = await Promise.allSettled([1, 2].map((n) => store.grouped(() => n)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing.mockRestore();
    store.close();
  });
});
