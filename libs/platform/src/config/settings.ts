import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const UNIT_SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** A length of time such as `30m`, `90s`, `500ms`; a bare number means seconds. The setting's value is in seconds. */
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)?$/, 'a length of time such as 30m, 90s or 500ms')
  .transform((text) => {
    const [, amount = '0', , unit = 's'] = /^(\d+(\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
    return Number(amount) * (UNIT_SECONDS[unit] ?? 1);
  });

/** One that is waited for: Node's timers end at once when they are set to more than 24.8 days. */
const wait = duration.refine((seconds) => seconds <= 20 * 86_400, 'at most 20d');

/** `requests/seconds`, e.g. `300/60`. */
const rate = z
  .string()
  .regex(/^[1-9]\d{0,6}\/[1-9]\d{0,5}$/, 'requests/seconds, e.g. 300/60')
  .transform((text) => {
    const [limit = 0, windowSeconds = 0] = text.split('/').map(Number);
    return { limit, windowSeconds };
  });

/** `id:key,id:key`; a key is 32 bytes in base64url. */
const encryptionKeys = z
  .string()
  .regex(/^[\w-]{1,32}:[\w-]{43}(,[\w-]{1,32}:[\w-]{43})*$/, 'id:key,id:key, each key 32 bytes in base64url')
  .transform((text) => {
    const [first = '', ...others] = text.split(',');
    return [toKey(first), ...others.map(toKey)] as const;
  })
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'each id stands for one key');

function toKey(text: string): { id: string; key: Buffer } {
  const [id = '', key = ''] = text.split(':');
  return { id, key: Buffer.from(key, 'base64url') };
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An address that may hold secrets: https, except on this machine. */
function isSafeAddress(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

const oidcProvider = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and hyphens'),
  label: z.string().min(1).max(100).optional(),
  issuer: z.url().max(500).refine(isSafeAddress, 'an https address'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  scopes: z
    .string()
    .regex(/(^| )openid( |$)/, 'with openid among them')
    .default('openid email profile'),
});

/** OpenID Connect providers, a list in JSON. Names and issuers stand for one each. */
const oidcProviders = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'a list in JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(oidcProvider).max(50))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'each name stands for one provider')
  .refine((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, 'each issuer stands there once');

/**
 * Every setting of the product, in the order in which people look for them. The description is what README's table
 * shows. A secret may also come from a file: `NAME_FILE` holds the path.
 */
export const settingsSchema = z.object({
  PORT: port.default(3000).describe('Port of the API'),
  HOST: z.string().default('127.0.0.1').describe('Address that the API binds to'),
  PUBLIC_URL: z.url().optional().describe('Address under which clients reach the API; default http://HOST:PORT'),
  WORKER_PORT: port.optional().describe("Port of a worker's own /metrics and /health; without it it has none"),
  WORKER_HOST: z.string().default('127.0.0.1').describe('Address that a worker binds to'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'postgres://user:password@host:port/database')
    .describe('PostgreSQL 18'),
  DATABASE_DIRECT_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'postgres://user:password@host:port/database')
    .optional()
    .describe('PostgreSQL past a connection pooler, for LISTEN, queues and migrations; default DATABASE_URL'),
  DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(100)
    .default(10)
    .describe('Connections of one process to PostgreSQL'),
  DATABASE_NAMED_STATEMENTS: flag.default(true).describe('Off for a connection pooler without prepared statements'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'redis://host:port')
    .optional()
    .describe('Queues and rate limits on Redis; without it queues are on PostgreSQL, and limits count in each process'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'smtp://host:port')
    .describe('Where mail goes out'),
  MAIL_FROM: z.string().default('Countinghouse <shop@countinghouse.test>').describe('Sender of mail'),
  MAIL_LINKS_URL: z
    .url()
    .optional()
    .describe(
      'Where links in mails lead, with /verify-email and /reset-password behind it; default PUBLIC_URL/account, where the API serves both',
    ),
  JWT_KEYS_DIR: z.string().describe('Folder of RSA private keys, <kid>.pem; read again when it changes'),
  JWT_KEY_LEAD: duration
    .prefault('10m')
    .describe('How long a new key is published before it signs; others keep our keys for 5m'),
  JWT_ISSUER: z.string().default('countinghouse').describe('`iss` of access tokens'),
  JWT_AUDIENCE: z.string().default('countinghouse-api').describe('`aud` of access tokens'),
  APP_SECRET: z.string().min(32).describe('Secret from which refresh tokens are derived; 32 characters or more'),
  ENCRYPTION_KEYS: encryptionKeys.describe(
    'Keys for secrets that must be readable again (AES-256-GCM), id:key,id:key; the first seals, all open',
  ),
  API_KEY_BELIEVED: duration
    .prefault('60s')
    .refine((seconds) => seconds > 0 && seconds <= 60, 'at most 60s')
    .describe('How long a key that was looked up is believed, should the signal of a change get lost; 60s at most'),
  PASSKEY_RP_ID: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'a domain, e.g. shop.example')
    .optional()
    .describe("Domain that passkeys belong to; default PUBLIC_URL's host, localhost in place of an IP address"),
  PASSKEY_ORIGINS: list.prefault('').describe("Origins of pages that may ask for passkeys; default PUBLIC_URL's"),
  PASSWORD_MIN_LENGTH: z.coerce
    .number()
    .int()
    .min(8)
    .max(64)
    .default(12)
    .describe('Shortest password that is accepted'),
  OIDC_PROVIDERS: oidcProviders
    .prefault('[]')
    .describe('Providers to sign in with, JSON: `[{ name, label?, issuer, clientId, clientSecret?, scopes? }]`'),
  OIDC_RETURN_URL: z
    .url()
    .refine(isSafeAddress, 'an https address')
    .optional()
    .describe('Page that browsers go to after signing in with a provider; without it they get JSON'),
  OIDC_TIMEOUT: wait.prefault('5s').describe('How long each call to a sign-in provider may take'),
  PAYMENT_PROVIDER: z
    .enum(['sandbox', 'stripe'])
    .default('sandbox')
    .describe('Payment gateway of new payments; others whose settings are complete go on with theirs'),
  PAYMENT_CAPTURE: z
    .enum(['automatic', 'manual'])
    .default('automatic')
    .describe('Whether the money is taken at once, or authorized and taken by POST /payments/{id}/capture'),
  SANDBOX_GATEWAY_URL: z.url().optional().describe('Address of the sandbox gateway; required while it is in use'),
  SANDBOX_WEBHOOK_SECRET: z
    .string()
    .min(24)
    .optional()
    .describe('Shared secret of the sandbox gateway and its webhooks; required while it is in use'),
  STRIPE_SECRET_KEY: z.string().min(8).optional().describe('Secret API key of Stripe; required while it is in use'),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .min(8)
    .optional()
    .describe("Signing secret of Stripe's webhook endpoint; required while Stripe is in use"),
  STRIPE_API_URL: z.url().default('https://api.stripe.com').describe("Address of Stripe's API, for tests"),
  GATEWAY_TIMEOUT: wait.prefault('5s').describe('How long a call to the payment gateway may take'),
  REFUND_STEP_UP_ABOVE: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(100_000)
    .describe('Refunds of one payment that come to more than this need a step-up, minor units'),
  ERASURE_GRACE: duration
    .prefault('30d')
    .describe('How long a deleted account stays before it is erased; longer than its last order is under way'),
  AUDIT_SEAL_WITHIN: duration
    .prefault('5m')
    .describe('An audit row that waits longer for its seal is a fault, see `npm run audit:verify`'),
  RECONCILIATION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(90)
    .default(7)
    .describe('How many days back the daily comparison with the payment gateways goes'),
  ORDER_EXPIRY: duration.prefault('30m').describe('How long an unpaid order holds its stock'),
  SHIPPING_FLAT_RATE: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(500)
    .describe('Shipping of an order, minor units'),
  LOW_STOCK_THRESHOLD: z.coerce
    .number()
    .int()
    .min(0)
    .default(5)
    .describe('Up to this many available units a product is `low`'),
  RATE_LIMIT_DEFAULT: rate.prefault('300/60').describe('Requests of one user or address, requests/seconds'),
  RATE_LIMIT_AUTH: rate.prefault('10/900').describe('Failed sign-ins of one address or e-mail'),
  RATE_LIMIT_REGISTER: rate.prefault('20/3600').describe('Registrations of one address'),
  CORS_ORIGINS: list.prefault('').describe('Origins that browsers may call from, separated by commas'),
  TRUST_PROXY: list.prefault('').describe('Addresses or networks of proxies whose X-Forwarded-* headers count'),
  DRAIN_LAG: wait.prefault('0s').describe('Time between readiness 503 and closing, for the load balancer'),
  SHUTDOWN_TIMEOUT: wait.prefault('8s').describe('After this long a stopping process gives up waiting'),
  SLOW_REQUEST: duration.prefault('1s').describe('A request that takes longer is logged as a warning'),
  SAGA_RETENTION: duration.prefault('30d').describe('How long ended sagas are kept; those that needed a person a year'),
  BOOKS_EVERY: wait.prefault('5m').describe('How often the worker looks into the books; 0 never'),
  BOOKS_TIMEOUT: wait.prefault('30s').describe('How long one check of the books may take before it is given up'),
  METRICS_TOKEN: z.string().min(16).optional().describe('Bearer token for /metrics from other machines'),
  LOG_FILE: z.string().optional().describe('File for log lines; without it they go to standard output'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
});

export type Settings = z.output<typeof settingsSchema>;

/** What a payment gateway can't be used without. */
export const PROVIDER_SETTINGS = {
  sandbox: ['SANDBOX_GATEWAY_URL', 'SANDBOX_WEBHOOK_SECRET'],
  stripe: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
} as const satisfies Record<Settings['PAYMENT_PROVIDER'], ReadonlyArray<keyof Settings>>;
