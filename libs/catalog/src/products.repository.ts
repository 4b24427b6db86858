import { Injectable } from '@nestjs/common';
import { UnitOfWork, violates } from '@platform/database';
import { skuTaken } from './catalog.errors';
import { FIELDS_BEFORE, PRODUCT } from './product-columns';
import { ProductEntity } from './product.entity';
import type { NewProduct, PricedProduct, Product, ProductChanges, ProductFields } from './product.types';

/** A product after a change, and its fields before it. */
export interface ChangedProduct {
  before: ProductFields;
  after: Product;
}

const FIND = `SELECT ${PRODUCT} FROM catalog.products WHERE sku = $1 AND deleted_at IS NULL`;

const PRICE = `
  SELECT sku, name, price_minor AS "unitPriceMinor", currency, tax_rate_bps AS "taxRateBps",
    status = 'active' AS "isSellable"
  FROM catalog.products WHERE sku = ANY($1) AND deleted_at IS NULL`;

/** Products one by one, and their prices. */
@Injectable()
export class ProductsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async find(sku: string): Promise<Product | null> {
    const [product] = await this.uow.sql<Product>(FIND, [sku]);
    return product ?? null;
  }

  listPrices(skus: string[]): Promise<PricedProduct[]> {
    return this.uow.sql<PricedProduct>(PRICE, [skus]);
  }

  /** @throws AppError `sku_taken`, also by a product that is deleted: its stock and its orders still bear that sku */
  async insert(product: NewProduct): Promise<Product> {
    const insert = this.uow.manager.createQueryBuilder().insert().into(ProductEntity).values(product);
    try {
      const { raw } = await insert.updateEntity(false).returning(PRODUCT).execute();
      return (raw as [Product])[0];
    } catch (error) {
      if (violates(error, 'products_sku_key')) throw skuTaken(product.sku);
      throw error;
    }
  }

  /** Changes a product, if it is there and (where one is named) at this version. */
  async update(sku: string, changes: ProductChanges, expectedVersion?: number): Promise<ChangedProduct | null> {
    const update = this.uow.manager.createQueryBuilder().update(ProductEntity).set(changes);
    update.where('sku = :sku AND deleted_at IS NULL', { sku });
    if (expectedVersion !== undefined) update.andWhere('version = :expectedVersion', { expectedVersion });
    const { raw } = await update.updateEntity(false).returning(`${PRODUCT}, ${FIELDS_BEFORE}`).execute();
    const [row] = raw as Array<Product & { before: ProductFields }>;
    if (!row) return null;
    const { before, ...after } = row;
    return { before, after };
  }

  /** @returns the product that is gone now, or null when there was none */
  async softDelete(sku: string): Promise<Product | null> {
    const remove = this.uow.manager.createQueryBuilder().softDelete().from(ProductEntity);
    const { raw } = await remove.where('sku = :sku AND deleted_at IS NULL', { sku }).returning(PRODUCT).execute();
    const [product] = raw as Product[];
    return product ?? null;
  }
}
