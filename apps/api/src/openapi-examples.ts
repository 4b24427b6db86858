/** Values of path parameters that name something in the demo data, so that every example works when it is tried. */
const EXAMPLES: Array<[pattern: RegExp, value: string]> = [
  [/\{sku\}/, 'DEMO-MUG'],
  [/^\/api\/v1\/orders\/\{id\}\/cancel/, '01900000-0000-7000-8000-00000000d001'],
  [/^\/api\/v1\/orders\/\{id\}/, '01900000-0000-7000-8000-00000000d001'],
  [/\{provider\}/, 'sandbox'],
];

/** @returns an example for the parameter of this path, if the demo data has one */
export function exampleOf(path: string, parameter: string): string | undefined {
  return EXAMPLES.find(([pattern]) => pattern.test(path) && path.includes(`{${parameter}}`))?.[1];
}
