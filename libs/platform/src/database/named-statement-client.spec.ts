import { Client } from 'pg';
import { NamedStatementClient } from './named-statement-client';

describe('NamedStatementClient', () => {
  it('sees BEGIN, COMMIT and ROLLBACK also when there are no names left', () => {
    const client = new NamedStatementClient({});
    const plain = jest.spyOn(Client.prototype, 'query').mockImplementation(() => undefined);
    for (let n = 0; n < 600; n++) void client.query(`SELECT ${n}`, []);
    expect(plain).toHaveBeenCalled();
    plain.mockClear();
    for (const control of ['BEGIN', 'COMMIT', 'ROLLBACK']) void client.query(control, []);
    expect(plain).not.toHaveBeenCalled();
    plain.mockRestore();
  });
});
