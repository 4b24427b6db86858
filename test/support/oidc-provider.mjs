import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const TTL_SECONDS = 600;
const TTLS = ['AccessToken', 'AuthorizationCode', 'Grant', 'IdToken', 'Interaction', 'Session'];

/**
 * A real OpenID Connect provider on loopback. Who signs in as `name@…` has that subject and that e-mail; as
 * `subject=name@…` another subject. An e-mail that begins with `unverified` has not been verified.
 * @param {number} port
 * @param {string[]} redirectUris
 */
export async function startProvider(port, redirectUris) {
  const provider = quietly(() => new Provider(`http://127.0.0.1:${port}`, configurationFor(redirectUris)));
  const running = {
    /** What becomes of the answers of its token endpoint; undefined while they are as they should be. */
    trouble: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (request.url === '/token' && running.trouble && running.trouble(response) === 'silence') return;
    void answer(request, response);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  return running;
}

function configurationFor(redirectUris) {
  return {
    clients: [{ client_id: 'shop', client_secret: 'a-secret-of-the-shop', redirect_uris: redirectUris }],
    pkce: { required: () => true },
    claims: { email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['only for tests'] },
    ttl: Object.fromEntries(TTLS.map((name) => [name, TTL_SECONDS])),
    findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  };
}

/** It warns that its keys, its store and its pages are for tests, which they are. */
function quietly(work) {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return work();
  } finally {
    console.warn = warn;
  }
}

/** Changes the ID token in an answer, without the key that signs it. */
export function forgeIdToken(response, change) {
  const end = response.end.bind(response);
  response.end = (body) => {
    const tokens = JSON.parse(String(body));
    const [header, payload, signature] = tokens.id_token.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
    tokens.id_token = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const forged = JSON.stringify(tokens);
    response.setHeader('content-length', Buffer.byteLength(forged));
    return end(forged);
  };
}

function claimsOf(id) {
  const email = id.split('=').at(-1);
  const emailVerified = !email.startsWith('unverified');
  return { sub: id, email, email_verified: emailVerified, given_name: 'Grace', family_name: 'Hopper' };
}
