import { usersAuthConfig } from '@app/users';
import type { ApiClient } from './support/api-client';
import { operationsOf, readDocument, type Operation } from './support/api-document';
import { eachAtOnce } from './support/at-once';
import { anOwner, insertApiKey, type Owner, type Thing } from './support/belongings';
import { setting } from './support/database';
import { badTokens } from './support/forged-tokens';
import { outcomeOf } from './support/outcome';
import { pathOf } from './support/refusals';
import { Shop } from './support/shop';

const ROLES = ['customer', 'support', 'warehouse', 'admin'] as const;
const EVERYTHING = [...usersAuthConfig.permissionsOf(['admin'])];
const AT_ONCE = 16;

/** For anybody; a route that is made public has to be named here. */
const PUBLIC = [
  ...['getLiveness', 'getReadiness', 'getMetrics', 'getJwks', 'getBooks', 'listProducts', 'getProduct'],
  ...['registerUser', 'loginUser', 'refreshSession', 'logoutUser', 'verifyMfa', 'signInWithPasskey'],
  ...['getPasskeySignInOptions', 'verifyEmail', 'forgotPassword', 'resetPassword', 'receivePaymentEvent'],
  ...['listOidcProviders', 'startOidcSignIn', 'finishOidcSignIn'],
];

/** About whoever asks, and nobody else; a route that is for everybody with an account has to be named here or below. */
const ABOUT_ONESELF = [
  ...['logoutEverywhere', 'resendVerification', 'changePassword', 'listSessions', 'getMe', 'updateMe', 'deleteMe'],
  ...['exportMyData', 'getFactors', 'enrolTotp', 'removeTotp', 'confirmTotp', 'renewRecoveryCodes', 'listPasskeys'],
  ...['getPasskeyRegistrationOptions', 'registerPasskey', 'stepUp', 'getStepUpPasskeyOptions'],
  ...['listIdentities', 'listOrderPages', 'listOrdersV2'],
];

/** What belongs to somebody, and the permission with which others may use it all the same. */
const OWNED: Record<string, { thing: Thing; permission?: string }> = {
  getOrder: { thing: 'order', permission: 'orders:read' },
  cancelOrder: { thing: 'order', permission: 'orders:cancel' },
  payOrder: { thing: 'order' },
  listOrderPayments: { thing: 'order', permission: 'orders:read' },
  getOrderTimeline: { thing: 'order', permission: 'orders:read' },
  getPayment: { thing: 'payment', permission: 'payments:read' },
  endSession: { thing: 'session' },
  renamePasskey: { thing: 'passkey' },
  removePasskey: { thing: 'passkey' },
  unlinkIdentity: { thing: 'identity' },
  rotateApiKey: { thing: 'apiKey' },
  revokeApiKey: { thing: 'apiKey', permission: 'users:write' },
};

/** What the guard says; handlers have refusals of their own. */
const GUARD_CODES = ['unauthenticated', 'token_expired', 'forbidden'];

const permissionsOf = (role: string) => usersAuthConfig.permissionsOf([role]);

/** Every route of the OpenAPI document × who asks × whose object. */
describe('policies', () => {
  let shop: Shop;
  let operations: Operation[];

  beforeAll(async () => {
    shop = await Shop.open();
    const { program, api } = await shop.startApiProcess();
    operations = operationsOf(await readDocument(api));
    await program.stop();
  });
  afterAll(() => shop.close());

  const demanding = () => operations.filter(({ policy }) => policy !== 'public');
  const named = (id: string) => operations.find((operation) => operation.id === id) as Operation;
  const send = async (client: ApiClient, operation: Operation, id?: string) => {
    const key = operation.key === 'none' ? null : undefined;
    const path = pathOf(operation, id === undefined ? {} : { id });
    return outcomeOf(await client.send(operation.method, path, { body: operation.example, key }));
  };
  /** Asks for each operation as each of these. @returns what came that should not have */
  const complaints = async (
    asking: Array<{ operation: Operation; who: string; client: ApiClient; isRight: (outcome: string) => boolean }>,
  ) => {
    const outcomes = await eachAtOnce(asking, AT_ONCE, ({ client, operation }) => send(client, operation));
    return asking.flatMap(({ operation: { id, policy }, who, isRight }, at) => {
      const outcome = (outcomes[at] ?? []).join(' ');
      return isRight(outcome) ? [] : [`${id} (${policy}) as ${who}: ${outcome}`];
    });
  };
  const isLetIn = (outcome: string) => !GUARD_CODES.some((code) => outcome.endsWith(code));
  const isForbidden = (outcome: string) => outcome === '403 forbidden';

  it('are declared by every route; what asks for less than a permission says about whom it is', () => {
    expect(operations.length).toBeGreaterThanOrEqual(75);
    const with_ = (wanted: string) => operations.filter(({ policy }) => policy === wanted).map(({ id }) => id);
    expect(with_('public').sort()).toEqual([...PUBLIC].sort());
    const owned = Object.keys(OWNED).filter((id) => named(id).policy === 'signedIn');
    expect(with_('signedIn').sort()).toEqual([...ABOUT_ONESELF, ...owned].sort());
    const isKnown = ({ policy }: Operation) => ['public', 'signedIn', ...EVERYTHING].includes(policy);
    expect(operations.filter((operation) => !isKnown(operation)).map(({ id, policy }) => [id, policy])).toEqual([]);
    expect(operations.filter(({ policy, needsSignIn }) => needsSignIn === (policy === 'public'))).toEqual([]);
  });

  it('refuse nobody, expired and forged tokens', async () => {
    const tokens = Object.entries(badTokens(setting('TEST_KEYS_DIR')));
    expect(tokens.map(([what]) => what)).toEqual(
      expect.arrayContaining([
        ...['expired a second ago', 'signed with none', 'signed with the public key as a secret'],
        ...['of a key that is not ours', 'for another audience'],
      ]),
    );
    const asking = demanding().flatMap((operation) => [
      { operation, who: 'nobody', client: shop.api, isRight: (outcome: string) => outcome === '401 unauthenticated' },
      ...tokens.map(([who, token]) => ({
        ...{ operation, who, client: shop.api.as(token) },
        isRight: (outcome: string) =>
          outcome === (who.startsWith('expired') ? '401 token_expired' : '401 unauthenticated'),
      })),
    ]);
    expect(await complaints(asking)).toEqual([]);
  });

  it('let everybody in where a route is public, whatever they show', async () => {
    const strange = badTokens(setting('TEST_KEYS_DIR'))['signed by a stranger in our name'] ?? '';
    const clients = [shop.api, shop.api.as(strange), ...ROLES.map((role) => shop.as(role))];
    const asking = PUBLIC.filter((id) => id !== 'logoutUser').flatMap((id) =>
      // which asks for the cookie
      clients.map((client, at) => ({ operation: named(id), who: `client ${at}`, client, isRight: isLetIn })),
    );
    expect(await complaints(asking)).toEqual([]);
  });

  it.each(ROLES)('let a %s do what the permissions of the role allow, and nothing else', async (role) => {
    const mayUse = ({ policy }: Operation) => policy === 'signedIn' || permissionsOf(role).has(policy);
    const asking = demanding().map((operation) => ({
      ...{ operation, who: role, client: shop.as(role) }, // somebody new each time: some routes end sessions
      isRight: mayUse(operation) ? isLetIn : isForbidden,
    }));
    expect(await complaints(asking)).toEqual([]);
  });

  it('let an API key do what it was made for, and nothing else', async () => {
    const { id } = await anOwner(shop, 'admin');
    const keys = new Map<string, ApiClient>();
    const keyFor = async (permissions: string[]) => {
      const name = permissions.join();
      if (!keys.has(name)) keys.set(name, (await insertApiKey(shop, id, permissions)).client);
      return keys.get(name) as ApiClient;
    };
    const asking: Parameters<typeof complaints>[0] = [];
    for (const operation of demanding()) {
      const { policy, keyPermissions } = operation;
      const wanted = policy === 'signedIn' ? keyPermissions : [policy];
      const others = EVERYTHING.filter((permission) => !wanted.includes(permission));
      asking.push({ operation, who: 'a key without', client: await keyFor(others), isRight: isForbidden });
      for (const one of wanted)
        asking.push({ operation, who: `a key for ${one}`, client: await keyFor([one]), isRight: isLetIn });
    }
    expect(await complaints(asking)).toEqual([]);
  });

  it("let an API key reach what is its owner's, and of others only what it was made for", async () => {
    const [mine, theirs] = await Promise.all([anOwner(shop, 'admin'), anOwner(shop, 'customer')]);
    const faults: string[] = [];
    for (const [id, { thing, permission }] of Object.entries(OWNED)) {
      for (const one of named(id).keyPermissions) {
        const { client } = await insertApiKey(shop, mine.id, [one]);
        const foreign = (await send(client, named(id), theirs.things[thing])).join(' ');
        if (one === permission ? /^(401|403|404)/.test(foreign) : foreign !== '404 not_found')
          faults.push(`${id} of somebody else with a key for ${one}: ${foreign}`);
        const own = (await send(client, named(id), mine.things[thing])).join(' ');
        if (/^(401|403|404)/.test(own)) faults.push(`${id} of its owner with a key for ${one}: ${own}`);
      }
    }
    expect(faults).toEqual([]);
  });

  describe.each(ROLES)('for a %s', (role) => {
    let mine: Owner;
    let theirs: Owner;

    beforeAll(async () => {
      [mine, theirs] = await Promise.all([anOwner(shop, role), anOwner(shop, 'customer')]);
    });

    it('show nothing of others in what is for everybody who is signed in', async () => {
      const faults: string[] = [];
      const reading = operations.filter(({ method, policy }) => method === 'GET' && policy === 'signedIn');
      for (const operation of reading.filter(({ path }) => !path.includes('{'))) {
        const { body } = await mine.client.get(operation.path);
        const isForStaff = /orders/.test(operation.path) && permissionsOf(role).has('orders:read');
        const found = [theirs.id, ...Object.values(theirs.things)].filter((id) => JSON.stringify(body).includes(id));
        if (found.length > 0 && !isForStaff) faults.push(`${operation.id} shows what is not theirs`);
        if (found.length === 0 && isForStaff) faults.push(`${operation.id} does not show the orders of all`);
      }
      expect(reading.length).toBeGreaterThanOrEqual(9);
      expect(faults).toEqual([]);
    });

    it('open what is their own, and of others only with the permission for it', async () => {
      const faults: string[] = [];
      for (const [id, { thing, permission }] of Object.entries(OWNED)) {
        const operation = named(id);
        const isForRole = operation.policy === 'signedIn' || permissionsOf(role).has(operation.policy);
        const maySee = permission !== undefined && permissionsOf(role).has(permission);
        const foreign = (await send(mine.client, operation, theirs.things[thing])).join(' ');
        const refusal = isForRole ? '404 not_found' : '403 forbidden';
        if (maySee ? /^(401|403|404)/.test(foreign) : foreign !== refusal)
          faults.push(`${id} of somebody else: ${foreign}`);
        const own = (await send(mine.client, operation, mine.things[thing])).join(' ');
        if (isForRole === /^(401|403|404)/.test(own)) faults.push(`${id} of their own: ${own}`);
      }
      expect(faults).toEqual([]);
    });
  });
});
