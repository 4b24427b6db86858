import { Injectable } from '@nestjs/common';
import { InventoryFacade } from '@app/inventory';
import { UnitOfWork } from '@platform/database';
import { DemoCatalogRepository } from './demo-catalog.repository';
import { demoProducts } from './demo-products';

/** A shop to try things out with. Only ever filled on request. */
@Injectable()
export class DemoCatalog {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly products: DemoCatalogRepository,
    private readonly inventory: InventoryFacade,
  ) {}

  /**
   * Puts the demo products that are missing into the catalogue, with their stock; `DEMO-MUG` is the one that examples
   * name. They are the same in every database, and nobody is told of them: no events, no audit entries.
   * @returns how many were missing
   */
  ensureDemoProducts(): Promise<number> {
    return this.uow.run(async () => {
      const products = demoProducts();
      const added = await this.products.insertMissing(products);
      if (added.size > 0) await this.inventory.openStocks(products.filter(({ sku }) => added.has(sku)));
      return added.size;
    });
  }
}
