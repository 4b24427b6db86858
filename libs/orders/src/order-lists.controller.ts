import { Controller, Get, Query, Version } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, SignedIn, type Actor } from '@platform/auth';
import { Deprecated } from '@platform/http';
import { ListOrdersQuery, NumberedOrderPage, NumberedPageQuery, OrderPage } from './order-lists.dto';
import { ownerFor } from './order-owner';
import { OrderQueriesService } from './order-queries.service';
import { OrderSummaryResponse } from './orders.dto';

/** Lists of orders. */
@ApiTags('Orders')
@ApiBearerAuth()
@Controller('orders')
export class OrderListsController {
  constructor(private readonly queries: OrderQueriesService) {}

  /**
   * List orders
   *
   * @remarks Newest first: your own; with `orders:read` everyone's. `search` finds orders by number or id.
   */
  @Get()
  @Version('2')
  @SignedIn('orders:read', 'orders:place')
  async listOrders(@CurrentUser() user: Actor, @Query() query: ListOrdersQuery): Promise<OrderPage> {
    const { status = null, from, to, userId, search = null, limit, cursor } = query;
    const filter = {
      buyerId: ownerFor(user, 'orders:read') ?? userId ?? null,
      status,
      from: from === undefined ? null : new Date(from),
      to: to === undefined ? null : new Date(to),
      search,
    };
    const { data, page } = await this.queries.list(filter, limit, cursor);
    return { data: data.map((order) => OrderSummaryResponse.summaryOf(order)), page };
  }

  /**
   * List orders by page number
   *
   * @remarks Use `GET /api/v2/orders`: its cursors neither skip nor repeat an order when new ones come meanwhile.
   * @deprecated
   */
  @Get()
  @Deprecated({ since: '2026-11-01', sunset: '2027-11-01', successor: '/api/v2/orders' })
  @SignedIn('orders:read', 'orders:place')
  async listOrderPages(@CurrentUser() user: Actor, @Query() query: NumberedPageQuery): Promise<NumberedOrderPage> {
    const { status = null, page, limit } = query;
    const { data, total } = await this.queries.listPage(ownerFor(user, 'orders:read'), status, page, limit);
    return {
      data: data.map((order) => OrderSummaryResponse.summaryOf(order)),
      pagination: { page, limit, total, pages: Math.ceil(total / limit) },
    };
  }
}
