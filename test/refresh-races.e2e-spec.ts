import { cookieOf, refresh, register } from './support/people';
import { Shop } from './support/shop';

const ROUNDS = 10;
const AT_ONCE = 5;

describe('a refresh token that is in two hands', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it('ends its family, even while the newest token of it is being exchanged', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id, cookie: stolen } = await register(shop.api);
      const second = cookieOf(await refresh(shop.api, stolen));
      const newest = cookieOf(await refresh(shop.api, second));
      const shown = Array.from({ length: AT_ONCE }, () => [newest, stolen]).flat();
      const answers = await Promise.all(shown.map((cookie) => refresh(shop.api, cookie)));
      expect(answers.filter((_, n) => shown[n] === stolen).map(({ status }) => status)).toEqual(
        Array(AT_ONCE).fill(401),
      );
      const won = answers.filter(({ status }) => status === 200);
      expect(answers.every(({ status }) => status === 200 || status === 401)).toBe(true);
      for (const cookie of new Set([stolen, second, newest, ...won.map(cookieOf)]))
        expect((await refresh(shop.api, cookie)).status).toBe(401);
      for (const { body } of won) expect((await shop.api.as(body.accessToken).get('/users/me')).status).toBe(401);
      const [{ live } = {}] = await shop.db.sql(
        'SELECT count(*)::int AS live FROM users.sessions WHERE user_id = $1 AND ended_at IS NULL',
        [id],
      );
      expect(live).toBe(0);
    }
  });
});
