import type { ApiClient } from './support/api-client';
import type { Program } from './support/child-process';
import { eventually } from './support/eventually';
import { expectStatus } from './support/orders';
import { outcomeOf } from './support/outcome';
import { register, someone, type Person } from './support/people';
import { isRedisExpected, RedisServer } from './support/redis';
import { Shop } from './support/shop';

const WRONG = [401, 'invalid_credentials'];
const LIMITED = [429, 'rate_limited'];
const STRICT = { RATE_LIMIT_AUTH: '5/900', RATE_LIMIT_REGISTER: '3/3600', TRUST_PROXY: '127.0.0.1' };

describe('limits of attempts', () => {
  let shop: Shop;
  let people: Person[];

  beforeAll(async () => {
    shop = await Shop.open();
    people = await Promise.all(Array.from({ length: 7 }, () => register(shop.api)));
  });
  afterAll(() => shop.close());

  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const login = (api: ApiClient, { email }: Pick<Person, 'email'>, address: string, password = 'a wrong password') =>
    api.post('/auth/login', { email, password }, from(address));
  const retryAfter = ({ headers }: { headers: Headers }) => Number(headers.get('retry-after'));

  describe('of one process', () => {
    let api: ApiClient;
    let program: Program;

    beforeEach(async () => {
      ({ api, program } = await shop.startApiProcess(STRICT));
    });
    afterEach(() => program.stop());

    it('stop who tries many accounts from one address, known or not, and nobody else', async () => {
      const tried = [...people.slice(0, 3), someone(), someone()];
      for (const person of tried) expect(outcomeOf(await login(api, person, '203.0.113.1'))).toEqual(WRONG);
      const [person] = people as [Person];
      const limited = await login(api, person, '203.0.113.1', person.password);
      expect(outcomeOf(limited)).toEqual(LIMITED);
      expect(retryAfter(limited)).toBeGreaterThan(800);
      expectStatus(await login(api, person, '203.0.113.2', person.password), 200);
    });

    it('stop who tries one account from many addresses, until an administrator helps', async () => {
      const [person, other] = people as [Person, Person];
      for (let n = 1; n <= 5; n++) expect(outcomeOf(await login(api, person, `203.0.113.${n}`))).toEqual(WRONG);
      const right = () => login(api, { email: person.email.toUpperCase() }, '203.0.113.9', person.password);
      expect(outcomeOf(await right())).toEqual(LIMITED);
      expectStatus(await login(api, other, '203.0.113.9', other.password), 200);
      const { body } = await api.post('/auth/login', { email: 'admin@demo.test', password: 'countinghouse-demo' });
      expectStatus(await api.as(body.accessToken).post(`/users/${person.id}/unlock`), 200);
      expectStatus(await right(), 200);
    });

    it('take a whole /64 for one address', async () => {
      for (let n = 1; n <= 5; n++) expect(outcomeOf(await login(api, someone(), `2001:db8:1:1::${n}`))).toEqual(WRONG);
      expect(outcomeOf(await login(api, someone(), '2001:db8:1:1:ffff::1'))).toEqual(LIMITED);
      expect(outcomeOf(await login(api, someone(), '2001:db8:1:2::1'))).toEqual(WRONG);
    });

    it('say in the headers what is left', async () => {
      const [person] = people as [Person];
      const policy = '"default";q=100000;w=60, "auth";q=5;w=900';
      const good = await login(api, person, '203.0.113.7', person.password);
      expect(good.headers.get('ratelimit-policy')).toBe(policy);
      expect(good.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+, "auth";r=5;t=900$/);
      const bad = await login(api, person, '203.0.113.7');
      expect(bad.headers.get('ratelimit')).toMatch(/, "auth";r=4;t=(900|899)$/);
      for (let n = 0; n < 4; n++) await login(api, person, '203.0.113.7');
      const limited = await login(api, person, '203.0.113.7');
      expect(limited.headers.get('ratelimit')).toMatch(/, "auth";r=0;t=\d+$/);
    });

    it('stop a flood of registrations, though they succeed', async () => {
      const enrol = () => api.post('/auth/register', someone(), from('203.0.113.4'));
      const answers = [await enrol(), await enrol(), await enrol()];
      for (const answer of answers) expectStatus(answer, 201);
      expect(answers[2]?.headers.get('ratelimit')).toMatch(/, "register";r=0;t=\d+$/);
      expect(outcomeOf(await enrol())).toEqual(LIMITED);
      expectStatus(await api.post('/auth/register', someone(), from('203.0.113.5')), 201);
    });

    it('stop who has mails sent to many, and who guesses tokens of mails', async () => {
      const forget = () => api.post('/auth/password/forgot', { email: someone().email }, from('203.0.113.6'));
      for (let n = 0; n < 5; n++) expectStatus(await forget(), 202);
      expect(outcomeOf(await forget())).toEqual(LIMITED);
      const guess = (n: number) =>
        api.post('/auth/email/verify', { token: `${n}`.padEnd(43, 'x') }, from('203.0.113.6'));
      for (let n = 0; n < 5; n++) expect(outcomeOf(await guess(n))).toEqual([422, 'mail_token_invalid']);
      expect(outcomeOf(await guess(5))).toEqual(LIMITED);
    });
  });

  it('refuse twice as long each time, and heal by themselves', async () => {
    const { api, program } = await shop.startApiProcess({ ...STRICT, RATE_LIMIT_AUTH: '1/1' });
    const [person] = people as [Person];
    try {
      const longest: number[] = [];
      for (let round = 0; round < 3; round++) {
        const isFree = ({ status }: { status: number }) => status === 401;
        await eventually(() => login(api, person, '203.0.113.1'), isFree);
        longest.push(retryAfter(await login(api, person, '203.0.113.1')));
      }
      expect(longest).toEqual([1, 2, 4]);
      const isIn = ({ status }: { status: number }) => status === 200;
      await eventually(() => login(api, person, '203.0.113.1', person.password), isIn);
    } finally {
      await program.stop();
    }
  });

  (isRedisExpected() ? describe : describe.skip)('of several processes on Redis', () => {
    let redis: RedisServer;

    beforeAll(async () => {
      redis = await RedisServer.open();
    });
    afterAll(() => redis.kill());

    it('are one limit, survive a restart, and go on in each process while Redis is away', async () => {
      const settings = { ...STRICT, REDIS_URL: redis.url, RATE_LIMIT_DEFAULT: '50/60' };
      const [one, two] = await Promise.all([shop.startApiProcess(settings), shop.startApiProcess(settings)]);
      const [person] = people as [Person];
      try {
        const at = (n: number) => (n % 2 ? one.api : two.api);
        const wrong = await Promise.all(Array.from({ length: 12 }, (_, n) => login(at(n), someone(), '203.0.113.1')));
        expect(wrong.filter(({ status }) => status === 401)).toHaveLength(5);
        for (const { api } of [one, two])
          expect(outcomeOf(await login(api, person, '203.0.113.1', person.password))).toEqual(LIMITED);
        const keys = (await redis.ask('KEYS', '*limits*')) as string[];
        expect(keys.length).toBeGreaterThan(1);
        expect(keys.join()).not.toContain('@');
        for (const key of keys) expect(Number(await redis.ask('PTTL', key))).toBeGreaterThan(0);
        const asked = await Promise.all(
          Array.from({ length: 60 }, (_, n) => at(n).get('/products', from('203.0.113.8'))),
        );
        expect(asked.filter(({ status }) => status === 200)).toHaveLength(50);
        await redis.kill();
        expectStatus(await login(one.api, person, '203.0.113.1', person.password), 200);
        for (let n = 0; n < 5; n++) expect(outcomeOf(await login(one.api, someone(), '203.0.113.2'))).toEqual(WRONG);
        expect(outcomeOf(await login(one.api, person, '203.0.113.2', person.password))).toEqual(LIMITED);
        await redis.start();
      } finally {
        await Promise.all([one.program.stop(), two.program.stop()]);
      }
    });
  });
});
