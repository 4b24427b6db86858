import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequirePermission, type Actor } from '@platform/auth';
import { Idempotent, PageQuery, SkuParam } from '@platform/http';
import {
  AdjustStockRequest,
  ListStockQuery,
  MovementPage,
  MovementResponse,
  StockPage,
  StockResponse,
} from './inventory.dto';
import { InventoryService } from './inventory.service';

/** Stock as the warehouse sees it. */
@ApiTags('Stock')
@ApiBearerAuth()
@Controller('inventory')
export class InventoryController {
  constructor(private readonly inventory: InventoryService) {}

  /**
   * List stock by product
   *
   * @remarks With `lowStock=true` only what runs low.
   */
  @Get()
  @RequirePermission('inventory:read')
  async listStock(@Query() { lowStock, limit, cursor }: ListStockQuery): Promise<StockPage> {
    const { data, page } = await this.inventory.list(lowStock === 'true', limit, cursor);
    return { data: data.map((level) => StockResponse.from([level])), page };
  }

  /**
   * Get the stock of a product
   *
   * @throws {404} There is no such product.
   */
  @Get(':sku')
  @RequirePermission('inventory:read')
  async getStock(@SkuParam() sku: string): Promise<StockResponse> {
    return StockResponse.from(await this.inventory.get(sku));
  }

  /**
   * Change what is on hand
   *
   * @remarks Never below what is reserved. The movement that records the change can't be changed itself.
   * @throws {404} There is no such product.
   * @throws {422} `insufficient_stock`: less than what is reserved would be left.
   */
  @Post(':sku/adjustments')
  @Idempotent()
  @RequirePermission('inventory:write')
  async adjustStock(
    @CurrentUser() user: Actor,
    @SkuParam() sku: string,
    @Body() body: AdjustStockRequest,
  ): Promise<MovementResponse> {
    return MovementResponse.from(await this.inventory.adjust(user.id, sku, body));
  }

  /**
   * List the stock movements of a product
   *
   * @remarks The append-only stock ledger, newest first.
   * @throws {404} There is no such product.
   */
  @Get(':sku/movements')
  @RequirePermission('inventory:read')
  async listMovements(@SkuParam() sku: string, @Query() { limit, cursor }: PageQuery): Promise<MovementPage> {
    const { data, page } = await this.inventory.listMovements(sku, limit, cursor);
    return { data: data.map((movement) => MovementResponse.from(movement)), page };
  }
}
