// The yardstick: the fastest honest server for the same effect. Fastify + pg, one named SQL function call per order, tokens
// verified once and cached. It keeps its own schema `yardstick` in the database that DATABASE_URL names, so that both servers
// run on the same PostgreSQL, in turn, in one run.
//   node tools/bench/yardstick/raw.mjs --prepare   (once: schema, 1,000 products, 10,000 users, 100,000 orders)
//   node tools/bench/yardstick/raw.mjs             env: DATABASE_URL, PORT (default 3990), POOL (10), JWT_PUBLIC_KEY (PEM file)
// POST /place {items:[{productId,qty}]} with idempotency-key and
// authorization; GET /orders/:id; GET /orders?cursor= (the token's subject must be a uuid); GET /hello.
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import pg from 'pg';
const here = import.meta.dirname;
pg.types.setTypeParser(20, Number);
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.POOL ?? 10),
  options: '-c search_path=yardstick -c plan_cache_mode=force_generic_plan -c random_page_cost=1.1',
});
if (process.argv.includes('--prepare')) {
  await pool.query(readFileSync(join(here, 'schema.sql'), 'utf8'));
  await pool.query(readFileSync(join(here, 'place_order.sql'), 'utf8'));
  await pool.query('ANALYZE');
  await pool.end();
  console.log('yardstick schema ready');
  process.exit(0);
}
const key = process.env.JWT_PUBLIC_KEY ? createPublicKey(readFileSync(process.env.JWT_PUBLIC_KEY)) : null;
const seen = new Map(); // token → subject, until it expires
const subject = (header) => {
  const token = header?.slice(7);
  let hit = seen.get(token);
  if (!hit) {
    const [h, p, s] = token.split('.');
    const claims = JSON.parse(Buffer.from(p, 'base64url'));
    if (
      !key ||
      !verify('sha256', Buffer.from(`${h}.${p}`), key, Buffer.from(s, 'base64url')) ||
      JSON.parse(Buffer.from(h, 'base64url')).alg !== 'RS256'
    )
      throw Object.assign(new Error('unauthenticated'), { statusCode: 401 });
    hit = { sub: claims.sub, exp: claims.exp * 1000 };
    seen.set(token, hit);
  }
  if (hit.exp < Date.now()) throw Object.assign(new Error('expired'), { statusCode: 401 });
  return hit.sub;
};
const item = {
  type: 'object',
  properties: {
    productId: { type: 'string' },
    sku: { type: 'string' },
    name: { type: 'string' },
    qty: { type: 'integer' },
    unitPriceMinor: { type: 'integer' },
    lineTotalMinor: { type: 'integer' },
  },
};
const order = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    userId: { type: 'string' },
    status: { type: 'string' },
    currency: { type: 'string' },
    totalMinor: { type: 'integer' },
    createdAt: { type: 'string' },
    items: { type: 'array', items: item },
  },
};
const body = {
  type: 'object',
  required: ['items'],
  additionalProperties: false,
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: {
        type: 'object',
        required: ['productId', 'qty'],
        additionalProperties: false,
        properties: { productId: { type: 'string' }, qty: { type: 'integer', minimum: 1, maximum: 1000 } },
      },
    },
  },
};
const app = Fastify();
app.get('/hello', async () => ({ hello: 'world' }));
app.post('/place', { schema: { body, response: { 201: order } } }, async (req, reply) => {
  const user = subject(req.headers.authorization);
  const items = req.body.items.slice().sort((a, b) => (a.productId < b.productId ? -1 : 1));
  const {
    rows: [r],
  } = await pool.query({
    name: 'place',
    text: 'SELECT status_code, response FROM place_order($1,$2,$3,$4,$5,$6)',
    values: [
      user,
      req.headers['idempotency-key'],
      createHash('sha256').update(JSON.stringify(req.body)).digest(),
      items.map((i) => i.productId),
      items.map((i) => i.qty),
      randomUUID(),
    ],
  });
  return reply.code(r.status_code).send(r.response);
});
app.get('/orders/:id', { schema: { response: { 200: order } } }, async (req) => {
  subject(req.headers.authorization);
  const {
    rows: [r],
  } = await pool.query({
    name: 'get',
    text: `SELECT o.id, o.user_id AS "userId", o.status, o.total_minor AS "totalMinor", o.currency, o.created_at AS "createdAt", (SELECT jsonb_agg(jsonb_build_object('productId', i.product_id, 'sku', i.sku, 'name', i.name, 'qty', i.qty, 'unitPriceMinor', i.unit_price_minor, 'lineTotalMinor', i.line_total_minor) ORDER BY i.id) FROM order_items i WHERE i.order_id = o.id) AS items FROM orders o WHERE o.id = $1`,
    values: [req.params.id],
  });
  return r;
});
app.get('/orders', async (req) => {
  const { rows } = await pool.query({
    name: 'list',
    text: 'SELECT id, status, total_minor, currency, created_at FROM orders WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT 21',
    values: [subject(req.headers.authorization), req.query.cursor ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  });
  const more = rows.length > 20;
  if (more) rows.pop();
  return { data: rows, nextCursor: more ? rows[19].id : null };
});
await app.listen({ port: Number(process.env.PORT ?? 3990), host: '127.0.0.1' });
console.log('yardstick on', process.env.PORT ?? 3990);
