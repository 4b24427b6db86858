import { randomUUID } from 'node:crypto';
import type { ApiClient } from './support/api-client';
import { operationsOf, readDocument, type ApiDocument, type Operation } from './support/api-document';
import { Browser, findChromium } from './support/browser';
import { eventually } from './support/eventually';
import { expectStatus, untilOrder } from './support/orders';
import { sendRaw } from './support/raw-http';
import { Shop } from './support/shop';
import { SwaggerUi } from './support/swagger-ui';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const chromium = findChromium();
/** The demo data has no session of one's own yet, and no saga that waits for a person. */
const UNNAMED = [
  ...['endSession', 'retrySaga', 'resolveSaga', 'renamePasskey', 'removePasskey'],
  ...['rotateApiKey', 'revokeApiKey', 'unlinkIdentity'],
];
/** In CI a browser must be there; elsewhere its absence is no fault of ours. */
const describeWithBrowser = chromium !== undefined || process.env['CI'] === 'true' ? describe : describe.skip;

describe('documentation', () => {
  let shop: Shop;
  let built: Awaited<ReturnType<Shop['startApiProcess']>>;
  let document: ApiDocument;
  let operations: Operation[];

  beforeAll(async () => {
    shop = await Shop.open({ worker: true });
    built = await shop.startApiProcess();
    document = await readDocument(built.api);
    operations = operationsOf(document);
  });
  afterAll(async () => {
    await built?.program.stop();
    await shop.close();
  });

  it.each([
    ['/docs/nope.js', 404, 'not_found'],
    ['/docs/.env', 404, 'not_found'],
    ...['/docs/..', '/docs/../../package.json', '/docs/a%00b', '/docs/%5c..%5c'].map(
      (path) => [path, 403, 'forbidden'] as const,
    ),
  ] as const)('has nothing at %s', async (path, status, code) => {
    const { port } = new URL(built.api.origin);
    const answer = await sendRaw(Number(port), `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  describeWithBrowser('in Swagger UI', () => {
    let browser: Browser;

    beforeAll(async () => {
      if (chromium === undefined) throw new Error('Chromium is missing: apt-get install chromium');
      browser = await Browser.open(chromium);
    });
    afterAll(() => browser?.close());

    it('leads from signing in to an order that is confirmed, with nothing typed but the token and its id', async () => {
      const ui = new SwaggerUi(browser.page);
      await ui.open(`${built.api.origin}/docs`);
      expect(await ui.sections()).toEqual(['Identity', 'Catalogue', 'Orders', 'Payments', 'Stock', 'Operations']);

      const login = await ui.execute(await ui.unfold('loginUser'));
      expect(login).toMatchObject({ status: '200', body: { user: { email: 'customer@demo.test' } } });
      await ui.authorize(login.body.accessToken);

      const placing = await ui.unfold('placeOrder');
      const keyField = placing.getByPlaceholder('Idempotency-Key');
      expect(await keyField.inputValue()).toBe('');
      const placed = await ui.execute(placing);
      expect(placed).toMatchObject({ status: '201', body: { status: 'pending_payment' } });
      const key = placed.request.headers()['idempotency-key'];
      expect(key).toMatch(UUID);
      expect(await keyField.inputValue()).toBe(key);

      await keyField.fill('');
      const another = await ui.execute(placing);
      expect(another.body.id).not.toBe(placed.body.id);
      expect(another.request.headers()['idempotency-key']).not.toBe(key);

      await keyField.fill('my-own-key');
      expect((await ui.execute(placing)).request.headers()['idempotency-key']).toBe('my-own-key');

      const getting = await ui.unfold('getOrder');
      await getting.getByPlaceholder('id').fill(placed.body.id);
      const confirmed = await eventually(
        () => ui.execute(getting),
        ({ body }) => body.status === 'confirmed',
      );
      expect(confirmed).toMatchObject({ status: '200', body: { id: placed.body.id, paymentStatus: 'paid' } });
      expect(browser.complaints).toEqual([]);
    });
  });

  it('has sections in an order for people, each with a sentence about it', () => {
    const known = document.tags?.map(({ name }) => name);
    expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(known));
    expect(document.tags?.every(({ description = '' }) => description.length > 10)).toBe(true);
  });

  it('has a summary for every operation and an example for every parameter of a path that the demo data can name', () => {
    for (const { id, path, parameters } of operations) {
      const without = parameters.filter((parameter) => parameter.in === 'path' && parameter.example === undefined);
      expect([id, without.map(({ name }) => name)]).toEqual([id, UNNAMED.includes(id) ? ['id'] : []]);
      expect(path).not.toContain(':');
    }
    const summaries = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map(({ summary }) => summary),
    );
    expect(summaries.every((summary) => typeof summary === 'string' && summary.length > 5)).toBe(true);
  });

  describe('examples', () => {
    let password = 'countinghouse-demo';
    /** Not to be tried with an example: a signature, a cookie, a mailed token or an id of one's own is needed. */
    const NEEDS_MORE = ['receivePaymentEvent', 'refreshSession', 'verifyEmail', 'resetPassword', ...UNNAMED];
    /** A provider to sign in with has to be set up. */
    const NEEDS_PROVIDER = ['startOidcSignIn', 'finishOidcSignIn'];
    /** A code of an authenticator app, or the signature of a passkey, is needed as well. */
    const NEEDS_FACTOR = [
      ...['confirmTotp', 'removeTotp', 'renewRecoveryCodes', 'verifyMfa'],
      ...['registerPasskey', 'signInWithPasskey', 'getStepUpPasskeyOptions'],
    ];
    /** What the demo data is already past: its addresses are proved, its payments captured. */
    const DONE = ['resendVerification', 'capturePayment', 'voidPayment'];
    /** Who asks has to prove first, a moment ago, who they are. */
    const NEEDS_STEP_UP = ['makeApiKey', 'updateUser'];
    const CANNOT = [...NEEDS_MORE, ...NEEDS_PROVIDER, ...NEEDS_FACTOR, ...NEEDS_STEP_UP, ...DONE];
    /** These end what the others need. */
    const LAST = [
      'cancelOrder',
      'deleteProduct',
      'deleteUser',
      'changePassword',
      'logoutUser',
      'logoutEverywhere',
      'deleteMe',
    ];

    const signIn = async (operation: Operation): Promise<ApiClient> => {
      const role = operation.permission === undefined || operation.permission === 'orders:place' ? 'customer' : 'admin';
      const email = `${role}@demo.test`;
      const { body } = expectStatus(await built.api.post('/auth/login', { email, password }), 200);
      return built.api.as(body.accessToken);
    };
    const tryIt = async (operation: Operation) => {
      const { method, path, parameters, example, key, needsSignIn, id } = operation;
      const client = needsSignIn || id === 'logoutUser' ? await signIn(operation) : built.api;
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        String(parameters.find((parameter) => parameter.name === name)?.example),
      );
      const query = parameters
        .filter((parameter) => parameter.in === 'query')
        .map(
          ({ name, example: shown, schema }) => [name, shown ?? schema.example ?? schema.default] as [string, unknown],
        )
        .filter(([, value]) => value !== undefined);
      const address = query.length > 0 ? `${filled}?${new URLSearchParams(query as Array<[string, string]>)}` : filled;
      return client.send(method, address, { body: example, key: key === 'none' ? null : randomUUID() });
    };

    it('work against the demo data when they are tried', async () => {
      const demoOrder = '01900000-0000-7000-8000-00000000d002';
      await untilOrder(shop.as('support'), demoOrder, { status: 'confirmed' });
      const rankOf = ({ id }: Operation) => LAST.indexOf(id) + 1;
      const tried = operations.filter(({ id }) => !CANNOT.includes(id)).sort((a, b) => rankOf(a) - rankOf(b));
      const failed: unknown[] = [];
      for (const operation of tried) {
        const { status, body } = await tryIt(operation);
        if (status < 200 || status > 299) failed.push({ operation: operation.id, status, body });
        else if (operation.id === 'changePassword') password = (operation.example as { password: string }).password;
      }
      expect(failed).toEqual([]);
      expect(tried.length).toBe(operations.length - CANNOT.length);
    });
  });
});
