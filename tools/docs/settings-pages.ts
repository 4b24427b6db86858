/** What a table needs to know of a setting. The schema of platform/config gives all of it. */
export interface DescribedSetting {
  name: string;
  description: string;
  /** As a person would write it; undefined when there is none. */
  preset: string | undefined;
  isRequired: boolean;
  /** The only values there are, if they are few. */
  values: string[];
}

/** The part of a zod schema that is looked at here; the same in every kind of type. */
interface Schema {
  description?: string;
  safeParse(value: unknown): { success: boolean };
  _zod: {
    def: { type: string; innerType?: Schema; in?: Schema; defaultValue?: unknown; entries?: Record<string, string> };
  };
}

/** A sentence in place of a sample: what is made up at the first start can't be shown. */
export const MADE_AT_FIRST_START = 'made at the first start';

/** Reads the settings out of the schema, in its order. */
export function describeSettings(shape: Record<string, Schema>): DescribedSetting[] {
  return Object.entries(shape).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    preset: presetOf(schema),
    isRequired: !schema.safeParse(undefined).success,
    values: valuesOf(schema),
  }));
}

/** `.default()` and `.prefault()` keep it in the same place; what is around them may be `.optional()`. */
function presetOf(schema: Schema | undefined): string | undefined {
  if (!schema) return undefined;
  const { type, defaultValue, innerType } = schema._zod.def;
  if (type !== 'default' && type !== 'prefault') return presetOf(innerType);
  return String(defaultValue) === '' ? undefined : String(defaultValue);
}

function valuesOf(schema: Schema | undefined): string[] {
  if (!schema) return [];
  const { entries, innerType, in: input } = schema._zod.def;
  return entries ? Object.values(entries) : valuesOf(innerType ?? input);
}

/**
 * README's table.
 * @param filledIn what `npm start` sets by itself, by name
 */
export function settingsTable(settings: DescribedSetting[], filledIn: Record<string, string>): string {
  const rows = settings.map(({ name, description, preset, isRequired, values }) => {
    const choice = values.length > 0 ? `: ${values.map((value) => `\`${value}\``).join(', ')}` : '';
    const own = filledIn[name];
    const start = own === undefined || own === preset ? '' : own === MADE_AT_FIRST_START ? own : code(own);
    return `| \`${name}\` | ${isRequired ? 'required' : code(preset)} | ${start} | ${description}${choice} |`;
  });
  return ['| Setting | Default | `npm start` sets | What it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const code = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``);

/** .env.example: every setting with its default, all of them commented out, because `npm start` needs none. */
export function envExample(settings: DescribedSetting[], supervisors: Array<[name: string, what: string]>): string {
  const lines = settings.flatMap(({ name, description, preset, isRequired, values }) => [
    '',
    `# ${description}${values.length > 0 ? ` (${values.join(', ')})` : ''}${isRequired ? ' [required in production]' : ''}`,
    `# ${name}=${preset === undefined ? '' : /[\s<>]/.test(preset) ? `"${preset}"` : preset}`,
  ]);
  const others = supervisors.flatMap(([name, what]) => ['', `# ${what}`, `# ${name}=`]);
  return [
    '# Copy to .env; `npm start` reads it. What is set in the environment wins over this file, an empty value counts as',
    '# not set. A secret may also come from a file: NAME_FILE=/path instead of NAME.',
    '# Written by `npm run docs` from libs/platform/src/config/settings.ts: change it there.',
    ...lines,
    '',
    '# --- only for `npm start` and the sandbox gateway ---',
    ...others,
    '',
  ].join('\n');
}
