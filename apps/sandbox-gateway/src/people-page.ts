import { type Charge, type Money } from './charge';
import { METHODS } from './methods';

/** The page runs nothing and loads nothing. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 96rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c }
  .wide { overflow-x: auto }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem }
  th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
  td.money { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
  code { font-size: .9em; white-space: nowrap }
  td:first-child { white-space: nowrap }
  .succeeded { color: #12662e } .failed { color: #a11d1d } .voided, .authorized { color: #6b5200 }
`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, in quoted attributes too. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** Minor units as people write them: 1234 USD is `12.34 USD`, 1234 JPY `1,234 JPY`. */
export function moneyText({ amount, currency }: Money): string {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const whole = amount.toString().padStart(digits + 1, '0');
  const major = whole.slice(0, whole.length - digits).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${major}${digits === 0 ? '' : `.${whole.slice(-digits)}`} ${currency}`;
}

/** The page for people: the given charges, and what each method does. */
export function chargesPage(charges: readonly Charge[]): string {
  const methods = [...METHODS].map(([name, method]) => row([code(name), escapeHtml(method.summary)])).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox payment gateway</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Sandbox payment gateway</h1>
<p>A payment gateway to test against. No real money moves here. Reload the page for news;
<a href="/charges">/charges</a> is the same record as JSON.</p>
<h2>Methods</h2>
<table><tbody>${methods}</tbody></table>
<h2>Latest charges</h2>
${charges.length === 0 ? '<p>Nothing has been charged yet.</p>' : chargesTable(charges)}
</body>
</html>
`;
}

function chargesTable(charges: readonly Charge[]): string {
  const heads = ['Created (UTC)', 'Status', 'Amount', 'Refunded', 'Method', 'Reference', 'Charge', 'Idempotency key'];
  const head = `<tr>${heads.map((name) => `<th scope="col">${name}</th>`).join('')}</tr>`;
  return `<div class="wide"><table><thead>${head}</thead><tbody>${charges.map(chargeRow).join('')}</tbody></table></div>`;
}

function chargeRow(charge: Charge): string {
  const status = charge.failureCode === null ? charge.status : `${charge.status}: ${charge.failureCode}`;
  return `<tr>
<td>${new Date(charge.createdAt).toISOString().replace('T', ' ').slice(0, 19)}</td>
<td class="${charge.status}">${escapeHtml(status)}</td>
<td class="money">${escapeHtml(moneyText(charge.amount))}</td>
<td class="money">${charge.refunded === 0 ? '' : escapeHtml(moneyText({ ...charge.amount, amount: charge.refunded }))}</td>
<td>${code(charge.method)}</td><td>${escapeHtml(charge.reference)}</td>
<td>${code(charge.id)}</td><td>${code(charge.idempotencyKey)}</td>
</tr>`;
}

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;
const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
