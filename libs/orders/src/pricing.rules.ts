import type { AppError } from '@platform/errors';
import type { PricedItem } from './order.rules';
import * as errors from './orders.errors';

interface Item {
  sku: string;
  quantity: number;
}

interface Product {
  sku: string;
  name: string;
  unitPriceMinor: number;
  currency: string;
  taxRateBps: number;
  isSellable: boolean;
}

/**
 * Puts prices to what was wanted.
 * @throws AppError `unknown_sku`, `product_not_available`, `currency_mismatch`, with the index of each such line
 */
export function toPricedItems(items: Item[], products: Product[]): { priced: PricedItem[]; currency: string } {
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const refused = (isWrong: (product: Product | undefined) => boolean) =>
    items.map(({ sku }, index) => ({ index, message: sku })).filter(({ message: sku }) => isWrong(bySku.get(sku)));
  const unknown = refused((product) => product === undefined);
  if (unknown.length > 0) throw errors.unknownSku(unknown);
  const unavailable = refused((product) => product?.isSellable === false);
  if (unavailable.length > 0) throw errors.productNotAvailable(unavailable);
  const [currency, ...others] = new Set(products.map((product) => product.currency));
  if (currency === undefined || others.length > 0) throw errors.currencyMismatch();
  const priced = items.map(({ sku, quantity }) => ({ ...(bySku.get(sku) as Product), quantity }));
  return { priced, currency };
}

/** The refusal of what can't be held, with the index of each such line and how many pieces could be. */
export function refuseShortages(items: Item[], shortages: Array<{ sku: string; available: number }>): AppError {
  const available = new Map(shortages.map((shortage) => [shortage.sku, shortage.available]));
  const at = items.flatMap(({ sku }, index) => {
    const pieces = available.get(sku);
    return pieces === undefined ? [] : [{ index, available: pieces }];
  });
  return errors.insufficientStock(at);
}
