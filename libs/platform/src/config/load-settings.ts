import { readFileSync } from 'node:fs';
import { PROVIDER_SETTINGS, settingsSchema, type Settings } from './settings';

/** All that is wrong with the settings, in one error, so that one start shows everything there is to repair. */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(`Settings need attention:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads and validates every setting. An empty value counts as not set. `NAME_FILE` names a file that holds the value.
 * @throws SettingsError with all problems at once; values are never part of a message.
 */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const problems: string[] = [];
  const given: Record<string, string> = {};
  for (const name of Object.keys(settingsSchema.shape)) {
    const value = environment[name] || readSecretFile(name, environment[`${name}_FILE`], problems);
    if (value) given[name] = value;
  }
  const parsed = settingsSchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const [name = '', ...within] = issue.path.map(String);
    const where = [name, ...within].join('.');
    problems.push(given[name] === undefined ? `${name} is missing` : `${where}: ${issue.message}`);
  }
  for (const name of missingOfProvider(given)) problems.push(`${name} is missing`);
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  return parsed.data;
}

/** The gateway that new payments go to must be complete; of another, half of the settings is a mistake as well. */
function missingOfProvider(given: Record<string, string>): string[] {
  const chosen = given['PAYMENT_PROVIDER'] ?? settingsSchema.shape.PAYMENT_PROVIDER.parse(undefined);
  return Object.entries(PROVIDER_SETTINGS).flatMap(([provider, names]) => {
    const missing = names.filter((name) => given[name] === undefined);
    return provider === chosen || missing.length < names.length ? missing : [];
  });
}

function readSecretFile(name: string, path: string | undefined, problems: string[]): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    problems.push(`${name}_FILE: cannot read ${path}`);
    return undefined;
  }
}
