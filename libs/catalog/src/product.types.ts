import type { Availability } from '@app/inventory';

/** `draft`: not for sale yet; `active`: for sale; `archived`: not for sale any more. */
export type ProductStatus = 'draft' | 'active' | 'archived';

export const PRODUCT_STATUSES: readonly ProductStatus[] = ['draft', 'active', 'archived'];

/** What a product is made of. */
export interface ProductFields {
  name: string;
  description: string;
  priceMinor: number;
  currency: string;
  taxRateBps: number;
  status: ProductStatus;
  attributes: Record<string, string>;
}

export type NewProduct = ProductFields & { sku: string };

/** What changes of a product; what is absent stays. Its sku never changes: stock and orders know it by that. */
export type ProductChanges = Partial<ProductFields>;

/** A product as it is stored. */
export interface Product extends NewProduct {
  id: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A product with what customers may know of its stock. */
export type StockedProduct = Product & { availability: Availability };

/** What an order needs to know of a product. */
export interface PricedProduct {
  sku: string;
  name: string;
  /** Net price of one piece in minor units. */
  unitPriceMinor: number;
  currency: string;
  taxRateBps: number;
  /** Whether it is for sale; how many there are is the inventory's to say. */
  isSellable: boolean;
}
