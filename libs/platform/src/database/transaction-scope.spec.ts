import { EventEmitter } from 'node:events';
import type { DataSource } from 'typeorm';
import { TransactionScope } from './transaction-scope';

/** A pool of one connection, on which BEGIN is cancelled and everything else succeeds. */
function whereBeginFails(sent: string[]): DataSource {
  const client = Object.assign(new EventEmitter(), {
    release: () => undefined,
    query: (text: string) => {
      sent.push(text);
      if (text !== 'BEGIN') return Promise.resolve({ command: text, rows: [] });
      return Promise.reject(Object.assign(new Error('canceled'), { code: '57014' }));
    },
  });
  return { driver: { master: { connect: () => Promise.resolve(client) } } } as unknown as DataSource;
}

describe('a transaction that could not be begun', () => {
  it('sends nothing more, and is not committed, whoever swallows the failure', async () => {
    const sent: string[] = [];
    const scope = new TransactionScope(whereBeginFails(sent));
    await scope.query('first', []).catch(() => undefined);
    await expect(scope.query('second', [])).rejects.toMatchObject({ code: '57014' });
    await expect(scope.commit()).rejects.toMatchObject({ code: '57014' });
    expect(sent).toEqual(['BEGIN']);
  });
});
