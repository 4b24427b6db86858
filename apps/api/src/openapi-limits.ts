import type { OpenAPIObject } from '@nestjs/swagger';
import { settingsSchema } from '@platform/config';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Exclude<Schemas[string], { $ref: string }>;

const INT32 = 2_147_483_647;

/** How long a text of a form is: times leave as JavaScript writes them, `2026-01-31T12:00:00.000Z`. */
const BY_FORMAT: Record<string, Schema> = { uuid: { maxLength: 36 }, 'date-time': { maxLength: 24 } };

/** What means the same wherever it stands. */
const BY_NAME: Record<string, Schema> = {
  sku: { pattern: '^[A-Z0-9][A-Z0-9-]{0,63}$', maxLength: 64 },
  currency: { pattern: '^[A-Z]{3}$', maxLength: 3 },
  failureCode: { maxLength: 100 }, // sandbox.rules.ts cuts it; Stripe's are shorter
  version: { minimum: 1, maximum: INT32 },
  provider: { enum: settingsSchema.shape.PAYMENT_PROVIDER.unwrap().options },
  'If-Match': { pattern: '^("\\d{1,9}"|\\*)$', maxLength: 11 },
  'Idempotency-Key': { pattern: '^[!-~]{1,255}$' },
};

/**
 * Says the limits that follow from what a field is, so that no DTO has to repeat them; what a DTO says itself stays. What
 * has none then is found by test/architecture/openapi-lint.spec.ts.
 */
export function withLimits(document: OpenAPIObject): OpenAPIObject {
  for (const [name, schema] of fieldsOf(document)) {
    addMissing(schema, BY_NAME[name]);
    addMissing(schema, BY_FORMAT[schema.format ?? '']);
    if ([schema.type].flat().includes('integer')) addMissing(schema, { format: sizeOf(schema) });
  }
  limitPages(document.components?.schemas ?? {});
  return document;
}

/** Every property of a model and every parameter, by its name. */
function* fieldsOf({ components, paths }: OpenAPIObject): Generator<[name: string, schema: Schema]> {
  for (const model of Object.values(components?.schemas ?? {})) {
    if ('$ref' in model) continue;
    for (const [name, property] of Object.entries(model.properties ?? {}))
      if (!('$ref' in property)) yield [name, property];
  }
  const operations = Object.values(paths).flatMap(
    (item) => Object.values(item ?? {}) as Array<{ parameters?: unknown[] }>,
  );
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters)) {
    const { name, schema } = parameter as { name?: string; schema?: Schema };
    if (name && schema) yield [name, schema];
  }
}

function addMissing(schema: Schema, limits: Schema = {}): void {
  for (const [keyword, value] of Object.entries(limits)) {
    if (!(keyword in schema)) Object.assign(schema, { [keyword]: value });
  }
}

/** Undefined (and left out of the JSON) while the bounds are unknown. */
function sizeOf({ minimum, maximum }: Schema): string | undefined {
  if (minimum === undefined || maximum === undefined) return undefined;
  return minimum >= -INT32 - 1 && maximum <= INT32 ? 'int32' : 'int64';
}

/** A page has as many entries as its limit allows. */
function limitPages(schemas: Schemas): void {
  const { limit } = (schemas['PageInfo'] as Schema).properties as Record<string, Schema>;
  for (const model of Object.values(schemas)) {
    const { page, data } = ('properties' in model && model.properties) || {};
    if (page && data && !('$ref' in data)) data.maxItems ??= limit?.maximum;
  }
}
