import { relative } from 'node:path';
import { paths, root } from './paths.mjs';

/**
 * What a newcomer needs to go on, on one screen.
 * @param {import('./fleet.mjs').Fleet} fleet
 * @param {number} seconds
 */
export function panel({ plan, database }, seconds) {
  const rows = [...addresses(plan), ...places(plan, database), ...logins(plan), ...parts(plan, database)];
  return [
    '',
    `Countinghouse is ready (${seconds.toFixed(1)} s)`,
    '',
    ...rows.filter((row) => row && row[1]).map(([name, value]) => `  ${name.padEnd(16)}${value}`),
    '',
    '  Try it:',
    `  ${curl(plan)}`,
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}

function addresses({ address, ports, embedded }) {
  return [
    ['Swagger UI', `${address}/docs`],
    ['API', `${address}/api/v1`],
    ['Health', `${address}/health/ready`],
    ['Metrics', `${address}/metrics   (the worker's on ${ports.WORKER_PORT})`],
    embedded.mailbox && [
      'Mailbox',
      `http://localhost:${ports.MAILBOX_WEB_PORT}   (SMTP on ${ports.MAILBOX_SMTP_PORT})`,
    ],
    embedded.gateway && [
      'Gateway record',
      `http://localhost:${ports.SANDBOX_GATEWAY_PORT}/charges?reference=<order id>`,
    ],
  ];
}

function places({ ports }, database) {
  const isOutside = database && database.folder !== paths.database;
  return [
    database && [
      'PostgreSQL',
      `127.0.0.1:${ports.POSTGRES_PORT}, database and user countinghouse, password in .data/secrets.json`,
    ],
    ['Logs', relative(root, paths.logs)],
    ['Data', relative(root, paths.state)],
    isOutside && ['', `the database in ${database.folder},`],
    isOutside && ['', "because root's PostgreSQL runs as another user, who can't enter this folder"],
  ];
}

function logins({ demoData }) {
  if (!demoData) return [];
  return [
    ['Demo logins', 'admin@demo.test  support@demo.test  warehouse@demo.test  customer@demo.test'],
    ['', 'password countinghouse-demo'],
  ];
}

function parts({ embedded, given }, database) {
  return [
    ['Embedded', list(ownParts(embedded, given, database))],
    ['External', list(externalParts(embedded, given))],
  ];
}

function curl({ address, demoData }) {
  if (!demoData) return `curl -s '${address}/api/v1/products?limit=3'`;
  const login = '{"email":"customer@demo.test","password":"countinghouse-demo"}';
  return `curl -s ${address}/api/v1/auth/login -H 'content-type: application/json' -d '${login}'`;
}

function ownParts(embedded, given, database) {
  return [
    database && `PostgreSQL ${database.home.version}`,
    !given.REDIS_URL && 'queues on PostgreSQL',
    embedded.mailbox && 'mailbox (no mail leaves this machine)',
    embedded.gateway && 'sandbox payment gateway',
  ];
}

function externalParts(embedded, given) {
  return [
    !embedded.postgres && `PostgreSQL at ${hostOf(given.DATABASE_URL)}`,
    given.REDIS_URL && `queues on Redis at ${hostOf(given.REDIS_URL)}`,
    !embedded.mailbox && `mail through ${hostOf(given.SMTP_URL)}`,
    !embedded.gateway &&
      `payments through ${given.SANDBOX_GATEWAY_URL ? hostOf(given.SANDBOX_GATEWAY_URL) : given.PAYMENT_PROVIDER}`,
  ];
}

const list = (parts) => parts.filter(Boolean).join(', ');

/** Without user and password; a setting may also come from a file, which is not read for this. */
function hostOf(address) {
  return URL.parse(address ?? '')?.host || 'the given address';
}
