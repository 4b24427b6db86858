import { Injectable } from '@nestjs/common';
import type { PricedProduct } from './product.types';
import { ProductsRepository } from './products.repository';

/** What other modules may ask of the catalogue. */
@Injectable()
export class CatalogFacade {
  constructor(private readonly products: ProductsRepository) {}

  /**
   * Name, price and tax of products, in one statement and in no particular order; in the caller's transaction if there
   * is one. A sku that is unknown or deleted is missing from the answer; one that is not for sale is there and says so.
   */
  price(skus: string[]): Promise<PricedProduct[]> {
    return this.products.listPrices(skus);
  }
}
