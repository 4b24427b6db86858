-- As much as the yardstick has: 1,000 products with endless stock, 100,000 orders of 10,000 buyers with two lines each.
-- The 200 who buy have accounts, so that they get their mails.
INSERT INTO users.users (id, email, password_hash, first_name, last_name, roles, email_verified_at)
SELECT ('01900000-0001-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'buyer-' || i || '@bench.example', '', 'Ada', 'Lovelace',
  '{customer}', now()
FROM generate_series(1, 200) i;
INSERT INTO catalog.products (sku, name, description, price_minor, currency, status, tax_rate_bps)
SELECT 'BENCH-' || lpad(i::text, 5, '0'), 'Product number ' || i, '', 100 + (i * 37) % 9900, 'USD', 'active', 1900
FROM generate_series(1, 1000) i;
INSERT INTO inventory.stock_levels (sku, location_id, on_hand)
SELECT 'BENCH-' || lpad(i::text, 5, '0'), '01900000-0000-7000-8000-000000000001', 1000000000 FROM generate_series(1, 1000) i;
INSERT INTO inventory.movements (sku, location_id, delta, reason)
SELECT 'BENCH-' || lpad(i::text, 5, '0'), '01900000-0000-7000-8000-000000000001', 1000000000, 'restock'
FROM generate_series(1, 1000) i;
INSERT INTO orders.orders (id, number, buyer_id, status, payment_status, currency, subtotal_minor, tax_minor, shipping_minor,
  total_minor, item_count, shipping_address, placed_at, expires_at, created_at, updated_at)
SELECT ('01900000-0003-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'BENCH-' || i,
  ('01900000-0001-7000-8000-' || lpad((1 + (i * 7919) % 10000)::text, 12, '0'))::uuid, 'cancelled', 'unpaid', 'USD',
  2000, 380, 500, 2880, 2, '{}', now() - interval '60 days', now(), now() - interval '60 days', now()
FROM generate_series(1, 100000) i;
INSERT INTO orders.lines (order_id, position, sku, name, quantity, unit_price_minor, tax_rate_bps, tax_minor, total_minor)
SELECT ('01900000-0003-7000-8000-' || lpad(i::text, 12, '0'))::uuid, p, 'BENCH-00001', 'Product', 1, 1000, 1900, 190, 1000
FROM generate_series(1, 100000) i, generate_series(1, 2) p;
INSERT INTO orders.timeline (order_id, version, step, status, payment_status)
SELECT ('01900000-0003-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 1, 'placed', 'cancelled', 'unpaid'
FROM generate_series(1, 100000) i;
-- None of these orders was sold before there was a ledger: the worker need not go through them while it is measured.
INSERT INTO platform.backfills (name, passes_left) VALUES ('orders.sales', 0) ON CONFLICT (name) DO UPDATE SET passes_left = 0;
-- Only what has rows: plans that are made for a table known to be empty read all of it, until it is analyzed again.
ANALYZE users.users, catalog.products, inventory.stock_levels, inventory.movements, orders.orders, orders.lines, orders.timeline;
