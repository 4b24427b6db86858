import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { Audit } from '@platform/audit';
import { toPage, UnitOfWork, type Page } from '@platform/database';
import { notFound, versionMismatch, type AppError } from '@platform/errors';
import { Outbox } from '@platform/messaging';
import { productChanged, productCreated, productDeleted } from './catalog.events';
import { fromCursor, toCursor } from './product-cursor';
import { isShown, shownStatus, type ProductSort } from './product-list.rules';
import { ProductListRepository, type ListedProduct } from './product-list.repository';
import { changedFields } from './product.rules';
import type { NewProduct, Product, ProductChanges, ProductStatus, StockedProduct } from './product.types';
import { ProductsRepository, type ChangedProduct } from './products.repository';

/** Which page of the catalogue somebody wants to see. */
export interface WantedProducts {
  search?: string;
  status?: ProductStatus;
  sort: ProductSort;
  limit: number;
  cursor?: string;
}

/** The catalogue. `seesAll`: whether the caller keeps it, and so sees what is not for sale. */
@Injectable()
export class ProductsService {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly products: ProductsRepository,
    private readonly lists: ProductListRepository,
    private readonly inventory: InventoryFacade,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  async list(wanted: WantedProducts, seesAll: boolean): Promise<Page<StockedProduct>> {
    const { sort, limit, search, cursor } = wanted;
    const after = cursor === undefined ? undefined : fromCursor(cursor, sort);
    const status = shownStatus(seesAll, wanted.status);
    const rows = status === 'none' ? [] : await this.lists.list({ status, search, sort, after, limit: limit + 1 });
    const { data, page } = toPage(rows, limit, (row: ListedProduct) => toCursor(sort, row));
    return { data: await this.withAvailability(data), page };
  }

  async get(sku: string, seesAll: boolean): Promise<StockedProduct> {
    const product = await this.products.find(sku);
    if (!product || !isShown(product.status, seesAll)) throw notFound('product');
    return this.stocked(product);
  }

  /** A product and its (empty) stock come into being together. */
  create(wanted: NewProduct): Promise<StockedProduct> {
    return this.uow.run(async () => {
      const product = await this.products.insert(wanted);
      await this.inventory.openStock(product.sku, 0);
      this.outbox.add(productCreated({ productId: product.id, sku: product.sku }));
      this.record('created', product.sku, { after: wanted });
      return this.stocked(product);
    });
  }

  /** @param expectedVersion what the caller believes to change; any version when absent */
  change(sku: string, changes: ProductChanges, expectedVersion?: number): Promise<StockedProduct> {
    return this.uow.run(async () => {
      if (Object.keys(changes).length === 0) return this.stocked(await this.getUnchanged(sku, expectedVersion));
      const changed = await this.products.update(sku, changes, expectedVersion);
      if (!changed) throw await this.whyNotChanged(sku, expectedVersion);
      this.announceChange(changed);
      return this.stocked(changed.after);
    });
  }

  /** The product is gone for everybody; what was ordered of it stays as it is. */
  delete(sku: string): Promise<void> {
    return this.uow.run(async () => {
      const deleted = await this.products.softDelete(sku);
      if (!deleted) throw notFound('product');
      const { id, name, priceMinor, currency, status } = deleted;
      this.outbox.add(productDeleted({ productId: id, sku }));
      this.record('deleted', sku, { before: { name, priceMinor, currency, status } });
    });
  }

  private announceChange({ before, after }: ChangedProduct): void {
    this.outbox.add(productChanged({ productId: after.id, sku: after.sku }));
    this.record('changed', after.sku, changedFields(before, after));
  }

  private async getUnchanged(sku: string, expectedVersion?: number): Promise<Product> {
    const product = await this.products.find(sku);
    if (!product) throw notFound('product');
    if (expectedVersion !== undefined && product.version !== expectedVersion) throw versionMismatch(product.version);
    return product;
  }

  private async whyNotChanged(sku: string, expectedVersion?: number): Promise<AppError> {
    const product = expectedVersion === undefined ? null : await this.products.find(sku);
    return product ? versionMismatch(product.version) : notFound('product');
  }

  private record(what: string, sku: string, change: { before?: object; after?: object }): void {
    this.audit.record({ action: `catalog.product_${what}`, resource: 'product', resourceId: sku, ...change });
  }

  private async stocked(product: Product): Promise<StockedProduct> {
    const [stocked] = await this.withAvailability([product]);
    return stocked as StockedProduct;
  }

  private async withAvailability(products: Product[]): Promise<StockedProduct[]> {
    if (products.length === 0) return [];
    const availabilities = await this.inventory.availabilityOf(products.map(({ sku }) => sku));
    return products.map((product) => ({ ...product, availability: availabilities.get(product.sku) ?? 'out' }));
  }
}
