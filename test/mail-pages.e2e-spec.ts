import type { Request } from 'playwright-core';
import type { ApiClient } from './support/api-client';
import { Browser, findChromium } from './support/browser';
import { eventually } from './support/eventually';
import { mailsAbout, tokenIn } from './support/mailbox';
import { expectStatus } from './support/orders';
import { register, type Person } from './support/people';
import { Shop } from './support/shop';

const NEW_PASSWORD = 'an entirely other battery';
const chromium = findChromium();
/** In CI a browser must be there; elsewhere its absence is no fault of ours. */
const describeWithBrowser = chromium !== undefined || process.env['CI'] === 'true' ? describe : describe.skip;

describe('the pages behind the links in mails', () => {
  let shop: Shop;
  let api: ApiClient;
  let person: Person;

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
    api = shop.api;
    person = await register(api);
  });
  afterAll(() => shop.close());

  const linkIn = async (subject: string) => {
    const [mail] = await mailsAbout(person.email, subject);
    return { link: /http\S+/.exec(mail?.text ?? '')?.[0] ?? '', token: tokenIn(mail as never) };
  };
  const raw = (page: string) => fetch(`${api.origin}/account/${page}`);

  it.each(['verify-email', 'reset-password'])('are there for %s, and let nothing in or out', async (page) => {
    const { status, headers } = await raw(page);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; ` +
        `base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('show nothing of what is sent to them', async () => {
    for (const page of ['verify-email', 'reset-password']) {
      const plain = await (await raw(page)).text();
      expect(await (await raw(`${page}?token=%3Cscript%3Ealert(1)%3C/script%3E`)).text()).toBe(plain);
      expect(plain).not.toMatch(/<script(?! src="page\.js")|style=|\son\w+=/);
    }
  });

  describeWithBrowser('in a browser', () => {
    let browser: Browser;
    let requests: Request[];

    beforeAll(async () => {
      if (chromium === undefined) throw new Error('Chromium is missing: apt-get install chromium');
      browser = await Browser.open(chromium);
      browser.page.on('request', (request) => requests.push(request));
    });
    beforeEach(() => (requests = []));
    afterAll(() => browser?.close());

    const page = () => browser.page;
    const said = () => page().getByRole('status').textContent();
    /** Only the POST's body held the token: no address, no Referer, no history. */
    const expectKept = async (token: string) => {
      expect(requests.filter((request) => request.postData()?.includes(token)).map((each) => each.method())).toEqual([
        'POST',
      ]);
      for (const request of requests) {
        expect(request.url()).not.toContain(token);
        expect((await request.allHeaders())['referer']).toBeUndefined();
      }
      expect(page().url()).not.toContain('token');
    };

    it('confirm an address by a click, and not by being opened', async () => {
      const { link, token } = await linkIn('Confirm your e-mail address');
      expect((await fetch(link)).status).toBe(200); // a program that looks into mails
      await page().goto(link);
      await page().getByRole('button').waitFor();
      expect((await person.client.get('/users/me')).body.emailVerified).toBe(false);
      await page().getByRole('button', { name: 'Confirm' }).click();
      await eventually(said, (text) => text === 'Your e-mail address is confirmed. You can close this page.');
      expect((await person.client.get('/users/me')).body.emailVerified).toBe(true);
      await expectKept(token);
      expect(browser.complaints).toEqual([]);
    });

    it('give a new password, which signs in, and say what is wrong with a bad one', async () => {
      expectStatus(await api.post('/auth/password/forgot', { email: person.email }), 202);
      const { link, token } = await linkIn('Choose a new password');
      await page().goto(link);
      const choose = async (password: string) => {
        await page().getByLabel('New password').fill(password);
        await page().getByRole('button', { name: 'Change password' }).click();
      };
      await choose('short');
      await eventually(said, (text) => /12/.test(text ?? ''));
      requests = [];
      await choose(NEW_PASSWORD);
      await eventually(said, (text) => /^Your password has been changed/.test(text ?? ''));
      await expectKept(token);
      expectStatus(await api.post('/auth/login', { email: person.email, password: NEW_PASSWORD }), 200);
      await page().goto('about:blank');
      await page().goto(link); // used up
      await choose('yet another battery');
      await eventually(said, (text) => text !== '');
      expectStatus(await api.post('/auth/login', { email: person.email, password: NEW_PASSWORD }), 200);
    });

    it('say so when the token is missing', async () => {
      await page().goto('about:blank');
      await page().goto(`${api.origin}/account/reset-password`);
      expect(await eventually(said, (text) => text !== '')).toMatch(/^This link is not complete/);
      expect(await page().getByRole('button').isVisible()).toBe(false);
    });
  });
});
