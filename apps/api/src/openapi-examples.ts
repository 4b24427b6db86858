/** Values of path parameters that name something in the demo data, so that every example works when it is tried. */
const EXAMPLES: Array<[operation: RegExp, value: string]> = [
  [/^(patch|delete) .*\{sku\}/, 'HAMMER-STEEL-450G'], // not the product that the other examples need
  [/\{sku\}/, 'DEMO-MUG'],
  [/ \/api\/v1\/orders\/\{id\}\/(payments|cancel)$/, '01900000-0000-7000-8000-00000000d001'],
  [/ \/api\/v1\/orders\/\{id\}/, '01900000-0000-7000-8000-00000000d002'],
  [/ \/api\/v1\/payments\/\{id\}/, '01900000-0000-7000-8000-00000000da02'],
  [/ \/api\/v1\/users\/\{id\}/, '01900000-0000-7000-8000-00000000dc03'],
  [/\{provider\}/, 'sandbox'],
  [/\{name\}/, 'acme'],
];

/** Bodies that can't be put together from the examples of their fields: some fields exclude each other or need no value. */
const BODIES: Record<string, object> = {
  placeOrder: {
    items: [
      { sku: 'DEMO-MUG', quantity: 2 },
      { sku: 'COFFEE-MEDIUMROAST-250G', quantity: 1 },
    ],
    shippingAddress: {
      name: 'Ada Lovelace',
      line1: '12 St James Square',
      city: 'London',
      postalCode: 'SW1Y 4JH',
      country: 'GB',
    },
    payment: { method: 'tok_ok' },
  },
  stepUp: { password: 'countinghouse-demo' },
  adjustStock: { delta: 10, reason: 'restock', note: 'Delivery note 4711' },
};

/** @returns an example for the parameter of this operation, if the demo data has one */
export function exampleOf(method: string, path: string, parameter: string): string | undefined {
  if (!path.includes(`{${parameter}}`)) return undefined;
  return EXAMPLES.find(([operation]) => operation.test(`${method} ${path}`))?.[1];
}

/** @returns a body for the operation that works, where the examples of its fields don't make one */
export function bodyExampleOf(operationId: string): object | undefined {
  return BODIES[operationId];
}
