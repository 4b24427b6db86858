import { isDatabaseUnavailable, leavesConnectionSound } from './sql-errors';

it.each([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ECONNABORTED'],
  ...['53100', '57P01', '55P03', '57014', '25P04', '25006', '40001'],
])('takes a database for away or busy that says %s', (code) => {
  expect(isDatabaseUnavailable({ driverError: { code } })).toBe(true);
});

it.each(['23505', '22P02', '42601', 'ERR_INVALID_ARG_TYPE'])('takes %s for what it is', (code) => {
  expect(isDatabaseUnavailable({ code })).toBe(false);
});

it('gives nobody a connection to a primary that has become a standby', () => {
  expect([leavesConnectionSound({ code: '25006' }), leavesConnectionSound({ code: '23505' })]).toEqual([false, true]);
});
