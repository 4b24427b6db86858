import { Module } from '@nestjs/common';
import { BooksModule } from '@platform/books';
import { DatabaseModule } from '@platform/database';
import { HoldsRepository } from './holds.repository';
import { INVENTORY_CHECKS } from './inventory.books';
import { InventoryController } from './inventory.controller';
import { InventoryFacade } from './inventory.facade';
import { InventoryService } from './inventory.service';
import { CreateStock1763600003000 } from './migrations/1763600003000-create-stock';
import { ShortenChecks1764200003010 } from './migrations/1764200003010-shorten-checks';
import { StockRepository } from './stock.repository';

/** Stock: what is on hand, what is promised to whom, and what came and went. */
@Module({
  imports: [
    BooksModule.forModule(INVENTORY_CHECKS),
    DatabaseModule.forModule({ migrations: [CreateStock1763600003000, ShortenChecks1764200003010] }),
  ],
  controllers: [InventoryController],
  providers: [InventoryFacade, InventoryService, HoldsRepository, StockRepository],
  exports: [InventoryFacade],
})
export class InventoryModule {}
