import { once } from 'node:events';
import { buffered } from './log';

it('goes on, and comes to an end, when its lines can’t be written any more', async () => {
  const stream = buffered('/dev/full'); // Linux: every write to it finds the disk full
  const failed = once(stream, 'error');
  stream.write('x'.repeat(10_000));
  expect(await failed).toMatchObject([{ code: 'ENOSPC' }]);
  stream.flushSync(); // as pino does for a fatal line, and at the end of the process
});
