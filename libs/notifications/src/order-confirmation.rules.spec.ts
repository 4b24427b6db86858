import type { Order } from '@app/orders';
import { escapeHtml } from './mail-layout.rules';
import { formatMoney, orderConfirmation } from './order-confirmation.rules';

const order = {
  number: 'CH-1',
  currency: 'USD',
  lines: [{ name: 'Mug <b>large</b>', quantity: 2, totalMinor: 2_998 }],
  taxMinor: 570,
  shippingMinor: 500,
  totalMinor: 4_068,
} as Order;

it('tells what was ordered and what it costs', () => {
  const { subject, text } = orderConfirmation(order, 'Ada');
  expect(subject).toBe('Your order CH-1 is confirmed');
  expect(text).toContain('2 × Mug <b>large</b>: $29.98');
  expect(text).toContain('Total: $40.68');
});

it('escapes what people wrote', () => {
  const { html } = orderConfirmation(order, '<script>alert(1)</script>');
  expect(html).not.toMatch(/<script|<b>/);
  expect(html).toContain('Mug &lt;b&gt;large&lt;/b&gt;');
  expect(escapeHtml(`"'&`)).toBe('&quot;&#39;&amp;');
});

it.each([
  [1_999, 'USD', '$19.99'],
  [1_999, 'JPY', '¥1,999'],
  [1_999, 'KWD', 'KWD 1.999'],
])('writes %d %s as %s', (amount, currency, expected) => {
  expect(formatMoney(amount, currency).replace(/\u00a0/g, ' ')).toBe(expected);
});
