import type { ProductStatus } from './product.types';

export const PRODUCT_SORTS = ['createdAt', '-createdAt', 'name', '-name', 'price', '-price'] as const;

export type ProductSort = (typeof PRODUCT_SORTS)[number];

/** What a list is sorted by: an SQL expression that an index knows, and the type of its values in a cursor. */
interface SortKey {
  expression: string;
  kind: 'time' | 'string' | 'number';
}

const CREATED_AT: SortKey = { expression: 'created_at', kind: 'time' };
const PRICE: SortKey = { expression: 'price_minor', kind: 'number' };
/** Without regard to case; 80 characters of the longest kind still fit into a cursor. */
const NAME: SortKey = { expression: 'left(lower(name), 80)', kind: 'string' };

const SORT_KEYS: Record<ProductSort, SortKey> = {
  createdAt: CREATED_AT,
  '-createdAt': CREATED_AT,
  name: NAME,
  '-name': NAME,
  price: PRICE,
  '-price': PRICE,
};

/** How to order a list, and which rows follow a given one. */
export interface Order extends SortKey {
  direction: 'ASC' | 'DESC';
  comesAfter: '>' | '<';
}

export function orderOf(sort: ProductSort): Order {
  const isDescending = sort.startsWith('-');
  return {
    ...SORT_KEYS[sort],
    direction: isDescending ? 'DESC' : 'ASC',
    comesAfter: isDescending ? '<' : '>',
  };
}

/** Which products a list may show: those of one status, `any`, or `none` at all. */
export type ShownStatus = ProductStatus | 'any' | 'none';

/** For who doesn't keep the catalogue, nothing exists but what is for sale, whatever they ask for. */
export function shownStatus(seesAll: boolean, wanted?: ProductStatus): ShownStatus {
  if (seesAll) return wanted ?? 'any';
  return wanted === undefined || wanted === 'active' ? 'active' : 'none';
}

export function isShown(status: ProductStatus, seesAll: boolean): boolean {
  return seesAll || status === 'active';
}
