import type { Order } from '@app/orders';
import { escapeHtml, type MailContent } from './mail-layout.rules';

/** The mail that a buyer gets when the order is confirmed. Whatever people wrote is escaped in the HTML. */
export function orderConfirmation(order: Order, firstName: string): MailContent {
  const money = (amountMinor: number) => formatMoney(amountMinor, order.currency);
  const items = order.lines.map((line) => ({
    label: `${line.quantity} × ${line.name}`,
    amount: money(line.totalMinor),
  }));
  const sums = [
    { label: 'Tax', amount: money(order.taxMinor) },
    { label: 'Shipping', amount: money(order.shippingMinor) },
    { label: 'Total', amount: money(order.totalMinor) },
  ];
  const rows = [...items, ...sums];
  const greeting = `Hello ${firstName},`;
  const thanks = `thank you. Your order ${order.number} is paid and confirmed.`;
  return {
    subject: `Your order ${order.number} is confirmed`,
    text: [greeting, '', thanks, '', ...rows.map(({ label, amount }) => `${label}: ${amount}`)].join('\n'),
    html: toHtml(greeting, thanks, rows),
  };
}

/** By currency: to make one takes longer than all the rest of a mail. */
const formats = new Map<string, Intl.NumberFormat>();

/** `1999 USD` → `$19.99`, with as many decimals as the currency has. */
export function formatMoney(amountMinor: number, currency: string): string {
  const format = formats.get(currency) ?? new Intl.NumberFormat('en-US', { style: 'currency', currency });
  formats.set(currency, format);
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** decimals);
}

function toHtml(greeting: string, thanks: string, rows: Array<{ label: string; amount: string }>): string {
  const cells = rows.map(
    ({ label, amount }) =>
      `<tr><td>${escapeHtml(label)}</td><td style="text-align:right">${escapeHtml(amount)}</td></tr>`,
  );
  return `<p>${escapeHtml(greeting)}</p><p>${escapeHtml(thanks)}</p><table cellpadding="4">${cells.join('')}</table>`;
}
