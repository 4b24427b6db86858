import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Exclude<Schemas[string], { $ref: string }>;

const MONEY = '#/components/schemas/Money';

/** A price may be so large that a whole order of it still adds up exactly; what is added up is larger. */
const AMOUNT = '#/components/schemas/Amount';

/**
 * Money that is answered is mostly a sum, and a sum exceeds the largest price that a request may name: wherever nothing is
 * asked for, `Amount` stands for `Money`, unless it is a price.
 */
export function withAmounts(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const money = schemas['Money'] as Schema;
  const asked = askedFor(document, schemas);
  for (const [name, schema] of Object.entries(schemas)) {
    if ('$ref' in schema || asked.has(name)) continue;
    for (const [property, described] of Object.entries(schema.properties ?? {})) {
      if (property === 'price' || property === 'unitPrice') continue;
      if ('allOf' in described && described.allOf?.some((part) => '$ref' in part && part.$ref === MONEY)) {
        described.allOf = [{ $ref: AMOUNT }];
      }
    }
  }
  schemas['Amount'] = amountFrom(money);
  return document;
}

function amountFrom(money: Schema): Schema {
  const amount = { ...(money.properties?.['amount'] as Schema), maximum: Number.MAX_SAFE_INTEGER };
  return { ...money, properties: { ...money.properties, amount } };
}

/** The names of the models that bodies of requests consist of. */
function askedFor(document: OpenAPIObject, schemas: Schemas): Set<string> {
  const asked = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (asked.has(name)) continue;
      asked.add(name);
      visit(schemas[name]);
    }
  };
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item ?? {}))
      visit((operation as { requestBody?: unknown }).requestBody ?? {});
  }
  return asked;
}
