import { z } from 'zod';
import { type ChargeOrder } from './charge';
import { type RefundOrder } from './charge-changes';
import { invalidKey, invalidRequest } from './errors';
import { type PageQuery } from './pages';

/** No control characters and no halves of surrogate pairs: what is stored comes back as it was. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be plain text');

const money = z.strictObject({
  amount: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
});

const MAX_METADATA = 50;
const metadata = z
  .record(text(100), z.string().max(1_000))
  .refine((given) => Object.keys(given).length <= MAX_METADATA, `must have at most ${MAX_METADATA} names`)
  .default({});

const chargeBody = z.strictObject({
  amount: money,
  method: text(100),
  reference: text(255),
  capture: z.boolean().default(true),
  metadata,
});
const refundBody = z.strictObject({ amount: money, metadata });

const cursor = z
  .string()
  .transform((given) => Buffer.from(given, 'base64url').toString())
  .pipe(z.string().regex(/^\d{1,15}$/, 'is not a cursor of this list'))
  .transform(Number);
const paging = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be 1 to 100')
    .transform(Number)
    .default(100),
  cursor: cursor.optional(),
};
const chargesQuery = z.strictObject({
  reference: z.string().optional(),
  idempotencyKey: z.string().optional(),
  ...paging,
});
const refundsQuery = z.strictObject({
  chargeId: z.string().optional(),
  idempotencyKey: z.string().optional(),
  ...paging,
});

function parse<T>(schema: z.ZodType<T>, given: unknown): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`);
  throw invalidRequest(problems.join('; '));
}

/** The body of `POST /charges`. */
export const parseCharge = (body: unknown): ChargeOrder => parse(chargeBody, body);

/** The body of `POST /charges/{id}/refunds`. */
export const parseRefund = (body: unknown): RefundOrder => parse(refundBody, body);

/** The query of a list: what to filter by and which page. */
function parseList<F extends { limit: number; cursor?: number }>(schema: z.ZodType<F>, query: unknown) {
  const { limit, cursor: before, ...filter } = parse(schema, query);
  const page: PageQuery = { limit, before };
  return { filter, page };
}

/** The query of `GET /charges`. */
export const parseChargesQuery = (query: unknown) => parseList(chargesQuery, query);

/** The query of `GET /refunds`. */
export const parseRefundsQuery = (query: unknown) => parseList(refundsQuery, query);

/** The opaque text by which a list continues. */
export const cursorText = (seq: number | null): string | null =>
  seq === null ? null : Buffer.from(String(seq)).toString('base64url');

/** An idempotency key from a header or a path. */
export function parseKey(given: unknown): string {
  if (typeof given !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(given)) throw invalidKey();
  return given;
}

/** The header `X-Sandbox-Duplicate`: how often the webhook of a charge is sent, 1 to 100. */
export function parseCopies(header: unknown): number {
  if (header === undefined) return 1;
  if (typeof header !== 'string' || !/^([1-9]\d?|100)$/.test(header)) {
    throw invalidRequest('X-Sandbox-Duplicate must be 1 to 100');
  }
  return Number(header);
}
