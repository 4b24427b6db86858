import { commonPasswords } from './common-passwords';
import { findPasswordProblem, normalisePassword } from './password.rules';

const owner = { email: 'grace.hopper@example.test', firstName: 'Grace', lastName: 'Hopper' };
let policy: Parameters<typeof findPasswordProblem>[2];
const codeOf = (password: string) => findPasswordProblem(password, owner, policy)?.code;

beforeAll(async () => {
  policy = { minLength: 12, common: await commonPasswords() };
});

describe('findPasswordProblem', () => {
  it.each([
    'correct horse battery staple',
    'Tr0ub4dor&3-zebra',
    'сорок тысяч обезьян',
    '密码很长而且没有人会猜到它哦',
    '🦆🔑🌧️🪐🧀🚲🎻🪁🧊🌵🍄🐙',
    `${'x'.repeat(127)}y`,
    '839201748392',
    'my-password-is-not-this',
    'rauf-elbows-crane',
    'blue839201748392',
  ])('takes %s', (password) => {
    expect(codeOf(password)).toBeUndefined();
  });

  it('finds no name in what has neither letters nor digits', () => {
    const short = { email: 'a.b@example.test', firstName: 'A', lastName: 'B' };
    expect(findPasswordProblem('😀🦊🐳🌵🍀🎲🧩🚲🛶🪁🧭🔭', short, policy)).toBeUndefined();
  });

  it('counts characters as people do, in their normal form', () => {
    expect(codeOf('🔑🦆🔑🌧🔑🪐🔑🧀🔑🚲🔑')).toBe('min_length'); // 11, though 22 UTF-16 units
    expect(codeOf('🦆'.repeat(128))).toBeUndefined();
    expect(codeOf('🦆'.repeat(129))).toBe('max_length');
    expect(codeOf('e\u0301'.repeat(11))).toBe('min_length'); // é as two code points is still one
  });

  it.each([
    'password1234',
    'Password123!',
    'P@ssw0rd1234',
    'p4$$w0rd2024!',
    'passwordpassword',
    '123456789012',
    '098765432109',
    'qwertyuiop12',
    'qwerty123456',
    '1q2w3e4r5t6y',
    'abcdefghijkl',
    'iloveyou1234',
    'Welcome12345',
    'adminadminadmin',
    'abc123abc123',
    'aaaaaaaaaaaa',
    '121212121212',
    'letmein!!!!!',
    'trustno1trustno1',
    'scandinavian',
    'Sonyericsson',
    'hd764nw5d7e1vb1',
    'chevrolet1967',
    'Snowboard!2024',
    'sn0wb0ard2024',
    'qwerasdfzxcv',
    'countinghouse-2026',
    'ｐａｓｓｗｏｒｄ１２３４',
  ])('refuses %s as leaked', (password) => {
    expect(codeOf(password)).toBe('leaked_password');
  });

  it.each(['grace.hopper-1906', 'admiral-HOPPER', 'amazing-grace-2'])('refuses %s of its owner', (password) => {
    expect(codeOf(password)).toBe('contains_identity');
  });

  it.each([
    [{ email: 'li@wu.io', firstName: 'Li', lastName: 'Wu' }, 'my-LI@wu.io-2026'],
    [{ email: 'x@wu.io', firstName: 'Li', lastName: 'Wu' }, 'LiWu liwu LIWU'],
    [{ email: 'x@wu.io', firstName: 'Li', lastName: 'Wu' }, 'wu-li-wu-li-wu-li'],
    [{ email: 'x@may.io', firstName: 'Anna', lastName: 'May' }, 'secret-anna.may-7'],
    [{ email: 'x@may.io', firstName: 'Anna', lastName: 'May' }, 'the MayAnna show'],
    [{ email: 'x@may.io', firstName: 'Jean-Luc', lastName: "O'Hara" }, 'engage jeanluc_ohara'],
  ])('refuses the whole address and the whole name of %j: %s', (who, password) => {
    expect(findPasswordProblem(password, who, policy)?.code).toBe('contains_identity');
  });

  it('is not misled by names without letters', () => {
    const nobody = { email: 'x@may.io', firstName: '-', lastName: '*' };
    expect(findPasswordProblem('correct horse battery staple', nobody, policy)).toBeUndefined();
  });

  it('lets short names be part of a password', () => {
    const li = { email: 'li@example.test', firstName: 'Li', lastName: 'Wu' };
    expect(findPasswordProblem('a living wutang fan', li, policy)).toBeUndefined();
  });

  it('refuses broken Unicode, which could not be told apart after encoding', () => {
    expect(codeOf('twelve chars \ud800')).toBe('text');
  });
});

describe('normalisePassword', () => {
  it('makes what looks the same the same', () => {
    expect(normalisePassword('cafe\u0301 ﬁne Ａ')).toBe(normalisePassword('caf\u00e9 fine A'));
  });
});
