import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { StartProblem } from './start-problem';

/** Everything the gateway can be told from outside. Durations are milliseconds. */
export interface Settings {
  readonly host: string;
  /** 0 takes any free port; the ready line says which. */
  readonly port: number;
  /** Path of the SQLite file, made with its folder when missing. One process at a time owns it. */
  readonly storePath: string;
  readonly webhookUrl: string;
  /** The text itself is the HMAC key, at least 24 characters. */
  readonly webhookSecret: string;
  /** How long `tok_slow` waits before it charges. */
  readonly slowMs: number;
  /** How long after a `tok_lost` charge its webhook leaves. */
  readonly lostWebhookMs: number;
  /** How long after any other event its webhook leaves. */
  readonly webhookDelayMs: number;
}

const DAY_MS = 86_400_000;

const wholeNumber = (max: number, preset: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().max(max, `must be at most ${max}`))
    .default(preset);

const required = () => z.string({ error: 'is required' }).min(1, 'is required');

const environment = z.object({
  HOST: z.string().min(1, 'must not be empty').default('127.0.0.1'),
  SANDBOX_GATEWAY_PORT: wholeNumber(65_535, 3400),
  SANDBOX_GATEWAY_STORE: required(),
  SANDBOX_WEBHOOK_URL: required().pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https address' })),
  SANDBOX_WEBHOOK_SECRET: required().pipe(z.string().min(24, 'must have at least 24 characters')),
  SANDBOX_SLOW_MS: wholeNumber(DAY_MS, 20_000),
  SANDBOX_LOST_WEBHOOK_MS: wholeNumber(DAY_MS, 10_000),
  SANDBOX_WEBHOOK_DELAY_MS: wholeNumber(DAY_MS, 100),
});

/** Reads and checks the environment; nothing else in this process does. A `StartProblem` lists all problems at once. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const read = environment.safeParse({ ...env, SANDBOX_WEBHOOK_SECRET: secretOf(env) });
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
    throw new StartProblem(`The sandbox gateway can't start with these settings:\n${problems.join('\n')}`);
  }
  return {
    host: read.data.HOST,
    port: read.data.SANDBOX_GATEWAY_PORT,
    storePath: read.data.SANDBOX_GATEWAY_STORE,
    webhookUrl: read.data.SANDBOX_WEBHOOK_URL,
    webhookSecret: read.data.SANDBOX_WEBHOOK_SECRET,
    slowMs: read.data.SANDBOX_SLOW_MS,
    lostWebhookMs: read.data.SANDBOX_LOST_WEBHOOK_MS,
    webhookDelayMs: read.data.SANDBOX_WEBHOOK_DELAY_MS,
  };
}

/** The secret itself, or what stands in the file that `SANDBOX_WEBHOOK_SECRET_FILE` names, without its last line end. */
function secretOf(env: NodeJS.ProcessEnv): string | undefined {
  const path = env['SANDBOX_WEBHOOK_SECRET_FILE'];
  if (env['SANDBOX_WEBHOOK_SECRET'] || !path) return env['SANDBOX_WEBHOOK_SECRET'];
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    throw new StartProblem(`The sandbox gateway can't start: SANDBOX_WEBHOOK_SECRET_FILE: cannot read ${path}`);
  }
}
