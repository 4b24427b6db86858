import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Exclude<Schemas[string], { $ref: string }>;
/** What TypeScript keeps of a class as a type. */
export type Class = abstract new (...parameters: never[]) => unknown;

/** Where people look first; the generator would begin with whatever has a decorator of its own. */
const FIRST = [
  'id',
  'number',
  'sku',
  'email',
  'password',
  'name',
  'firstName',
  'lastName',
  'description',
  'line1',
  'line2',
];
const LAST = ['placedAt', 'expiresAt', 'createdAt', 'updatedAt', 'version'];

/** Puts the fields of each model into an order for people, and says how long its texts may be. */
export function completeSchemas(document: OpenAPIObject, requests: Iterable<Class>): OpenAPIObject {
  const classes = new Map([...requests, ...validatedClasses()].map((each) => [each.name, each]));
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if ('$ref' in schema || !schema.properties) continue;
    schema.properties = Object.fromEntries(Object.entries(schema.properties).sort(([a], [b]) => rankOf(a) - rankOf(b)));
    const type = classes.get(name);
    if (type) addTextLimits(schema, type);
  }
  return document;
}

/** `Dto` tells nothing to who reads the documentation: `Money`, not `MoneyDto`. */
export function withPlainNames(document: OpenAPIObject): OpenAPIObject {
  const renamed = JSON.stringify(document).replace(/("#\/components\/schemas\/\w+?)Dto"/g, '$1"');
  const plain = JSON.parse(renamed) as OpenAPIObject;
  const schemas = Object.entries(plain.components?.schemas ?? {});
  plain.components = {
    ...plain.components,
    schemas: Object.fromEntries(schemas.map(([name, schema]) => [name.replace(/Dto$/, ''), schema])),
  };
  return plain;
}

/** How long the texts of a request may be: `IsText` knows, the compiler's plugin does not see into it. */
export function textLimitsOf(type: Class): Map<string, { minLength?: number; maxLength: number }> {
  const validations = getMetadataStorage().getTargetValidationMetadatas(type as never, '', false, false);
  const lengths = validations.filter(({ name }) => name === 'isLength');
  return new Map(
    lengths.map(({ propertyName, constraints: [min, max] }) => [
      propertyName,
      { ...(min > 0 ? { minLength: min as number } : {}), maxLength: max as number },
    ]),
  );
}

function addTextLimits(schema: Schema, type: Class): void {
  for (const [property, limits] of textLimitsOf(type)) {
    const described = schema.properties?.[property];
    if (described && !('$ref' in described)) Object.assign(described, limits);
  }
}

/** Classes that have validations of their own, nested ones too. */
function validatedClasses(): Class[] {
  const { validationMetadatas } = getMetadataStorage() as unknown as { validationMetadatas: Map<Class, unknown> };
  return [...validationMetadatas.keys()];
}

function rankOf(property: string): number {
  const first = FIRST.indexOf(property);
  return first >= 0 ? first - FIRST.length : LAST.indexOf(property) + 1;
}
