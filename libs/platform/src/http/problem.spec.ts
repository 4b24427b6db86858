import { HttpException } from '@nestjs/common';
import { AppError } from '@platform/errors';
import { toProblem } from './problem';
import { PROBLEM_LIMITS } from './problem.dto';

const internal = { status: 500, code: 'internal', unexpected: true };

describe('toProblem', () => {
  it('tells what an AppError says', () => {
    const error = new AppError('conflict', 'too_late', 'That was yesterday.', { retryAfterSeconds: 3 });
    const expected = { status: 409, code: 'too_late', detail: 'That was yesterday.', retryAfterSeconds: 3 };
    expect(toProblem(error)).toEqual({ ...expected, errors: undefined, unexpected: false });
  });

  it('cuts what a client made long: the names of its fields', () => {
    const name = `${'😀'.repeat(9_999)}`;
    const field = { field: name, code: 'unknown_field', message: `property x${name} should not exist` };
    const [cut] = toProblem(new AppError('invalid', 'wrong', name, { errors: [field] })).errors ?? [];
    expect([cut?.field.length, cut?.message.length]).toEqual([PROBLEM_LIMITS.field, PROBLEM_LIMITS.message]);
    expect([cut?.field.isWellFormed(), cut?.message.isWellFormed()]).toEqual([true, true]);
  });

  it.each([
    [new HttpException('Cannot GET /secret', 404), 404, 'not_found'],
    [
      Object.assign(new Error('as is'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }),
      413,
      'payload_too_large',
    ],
  ])('knows what Nest and Fastify refuse by themselves, and keeps their words back', (error, status, code) => {
    expect(toProblem(error)).toMatchObject({ status, code, unexpected: false });
    expect(toProblem(error).detail).not.toMatch(/secret|as is/);
  });

  it.each(['08006', '53100', '53300', '57P01', '57P03', '55P03', '57014', '25P03', '25P04', '40001', '40P01'])(
    'knows that the database is busy or away when it says %s, also inside what TypeORM wraps around it',
    (code) => {
      const busy = { status: 503, code: 'unavailable', retryAfterSeconds: 1, unexpected: true };
      expect(toProblem({ code })).toMatchObject(busy);
      expect(toProblem({ driverError: { code } })).toMatchObject(busy);
    },
  );

  it.each([
    ...['23505', '42P01', '22P02', 'ENOENT'].map((code) => ({ code })),
    ...[new Error('x'), 'x', null, undefined, 404, { statusCode: 404 }, new HttpException('teapot', 418)],
  ])('takes everything else for our fault: %p', (error) => {
    expect(toProblem(error)).toMatchObject(internal);
  });
});
