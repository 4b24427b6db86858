/** Values of path parameters that name something in the demo data, so that every example works when it is tried. */
const EXAMPLES: Array<[operation: RegExp, value: string]> = [
  [/^(patch|delete) .*\{sku\}/, 'HAMMER-STEEL-450G'], // not the product that the other examples need
  [/\{sku\}/, 'DEMO-MUG'],
  [/ \/api\/v1\/orders\/\{id\}\/(payments|cancel)$/, '01900000-0000-7000-8000-00000000d001'],
  [/ \/api\/v1\/orders\/\{id\}/, '01900000-0000-7000-8000-00000000d002'],
  [/\{provider\}/, 'sandbox'],
];

/** @returns an example for the parameter of this operation, if the demo data has one */
export function exampleOf(method: string, path: string, parameter: string): string | undefined {
  if (!path.includes(`{${parameter}}`)) return undefined;
  return EXAMPLES.find(([operation]) => operation.test(`${method} ${path}`))?.[1];
}
