/** Settings that the product itself never reads: of `npm start`, and of the sandbox gateway. A test compares with both. */
export const START_SETTINGS: Array<[name: string, what: string]> = [
  ['DEMO_DATA', '`true` or `false`: whether demo data is there; `true` with the embedded PostgreSQL, else `false`'],
  ['POSTGRES_PORT', 'Port of the embedded PostgreSQL, 5433 or the next free one'],
  ['MAILBOX_WEB_PORT', "Port of the mailbox's page, 1080 or the next free one"],
  ['MAILBOX_SMTP_PORT', "Port of the mailbox's SMTP, 1025 or the next free one"],
];

export const GATEWAY_SETTINGS: Array<[name: string, what: string]> = [
  ['SANDBOX_GATEWAY_PORT', 'Port of the sandbox gateway, 3400; under `npm start` or the next free one'],
  ['SANDBOX_GATEWAY_STORE', "The gateway's SQLite file; `npm start` sets it"],
  ['SANDBOX_WEBHOOK_URL', "Where the gateway's webhooks go; `npm start` sets it"],
  ['SANDBOX_SLOW_MS', 'How long `tok_slow` waits before it charges, 20000'],
  ['SANDBOX_LOST_WEBHOOK_MS', 'How long after a `tok_lost` charge its webhook leaves, 10000'],
  ['SANDBOX_WEBHOOK_DELAY_MS', 'How long after any other event its webhook leaves, 100'],
];

/** README's second table. */
export function otherSettingsTable(): string {
  const rows = (settings: Array<[string, string]>) => settings.map(([name, what]) => `| \`${name}\` | ${what} |`);
  return ['| Setting | What it is |', '| --- | --- |', ...rows(START_SETTINGS), ...rows(GATEWAY_SETTINGS)].join('\n');
}
