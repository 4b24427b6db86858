import type { NewProduct, ProductStatus } from '../product.types';
import { PRODUCT_FAMILIES, type ProductFamily } from './product-families';

/** A product with what is on hand of it. */
export type DemoProduct = NewProduct & { onHand: number };

/** The one that examples name. */
const MUG: DemoProduct = {
  sku: 'DEMO-MUG',
  name: 'Stoneware Mug, 350 ml',
  description: 'Stoneware mug, 350 ml. Glazed by hand, with a handle for three fingers; at home in the dishwasher.',
  priceMinor: 1499,
  currency: 'USD',
  taxRateBps: 825,
  status: 'active',
  attributes: { category: 'Kitchenware', kind: 'Stoneware', size: '350 ml' },
  onHand: 100_000,
};

/** The oldest products are the odd ones, so that whatever people come upon first can be ordered. */
const ODD_ONES: Array<Partial<DemoProduct>> = [
  { onHand: 3 },
  { onHand: 0 },
  ...(['draft', 'draft', 'draft', 'archived', 'archived', 'archived'] satisfies ProductStatus[]).map((status) => ({
    status,
  })),
];

/** The demo catalogue, newest first, and the same every time. */
export function demoProducts(): DemoProduct[] {
  const products = [MUG, ...variantsOf(PRODUCT_FAMILIES)];
  const firstOdd = products.length - ODD_ONES.length;
  return products.map((product, at) => ({ ...product, ...ODD_ONES[at - firstOdd] }));
}

/** One kind and size of every family, then the next: neighbours in the list have little in common. */
function variantsOf(families: ProductFamily[]): DemoProduct[] {
  const kindAndSize = [0, 1, 2].flatMap((kind) => [0, 1, 2].map((size) => [kind, (size + kind) % 3] as const));
  return kindAndSize.flatMap(([kind, size]) =>
    families.map((family, at) => toProduct(family, kind, size, 20_000 + ((at * 7_919 + kind * 1_301) % 60_000))),
  );
}

function toProduct(family: ProductFamily, kindAt: number, sizeAt: number, onHand: number): DemoProduct {
  const kind = family.kinds[kindAt] as string;
  const size = family.sizes[sizeAt] as string;
  return {
    sku: [family.code, codeOf(kind), codeOf(size)].join('-'),
    name: `${kind} ${family.noun}, ${size}`,
    description: `${kind} ${family.noun.toLowerCase()}, ${size}. ${family.praise}`,
    priceMinor: priceOf(family.fromMinor, kindAt, sizeAt),
    currency: 'USD',
    taxRateBps: family.taxRateBps,
    status: 'active',
    attributes: { category: family.category, kind, size },
    onHand,
  };
}

/** A better kind costs 15 % more, a larger size 40 %; shops like prices that end in 49 or 99. */
function priceOf(fromMinor: number, kindAt: number, sizeAt: number): number {
  const exact = fromMinor * (1 + 0.15 * kindAt) * (1 + 0.4 * sizeAt);
  return Math.ceil(exact / 50) * 50 - 1;
}

function codeOf(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]+/g, '');
}
