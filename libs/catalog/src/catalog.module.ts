import { Module } from '@nestjs/common';
import { InventoryModule } from '@app/inventory';
import { BooksModule } from '@platform/books';
import { DatabaseModule } from '@platform/database';
import { CATALOG_CHECKS } from './catalog.books';
import { CatalogFacade } from './catalog.facade';
import { DemoCatalog } from './demo/demo-catalog.facade';
import { DemoCatalogRepository } from './demo/demo-catalog.repository';
import { CreateProducts1763600002000 } from './migrations/1763600002000-create-products';
import { ProductEntity } from './product.entity';
import { ProductListRepository } from './product-list.repository';
import { ProductsController } from './products.controller';
import { ProductsRepository } from './products.repository';
import { ProductsService } from './products.service';

/** Products: what there is to sell, and for how much. */
@Module({
  imports: [
    BooksModule.forModule(CATALOG_CHECKS),
    InventoryModule,
    DatabaseModule.forModule({ entities: [ProductEntity], migrations: [CreateProducts1763600002000] }),
  ],
  controllers: [ProductsController],
  providers: [
    CatalogFacade,
    DemoCatalog,
    DemoCatalogRepository,
    ProductsService,
    ProductsRepository,
    ProductListRepository,
  ],
  exports: [CatalogFacade, DemoCatalog],
})
export class CatalogModule {}
