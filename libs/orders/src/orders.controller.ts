import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequirePermission, SignedIn, type Actor } from '@platform/auth';
import { Idempotent, UuidParam } from '@platform/http';
import { OrderActionsService } from './order-actions.service';
import { OrderQueriesService } from './order-queries.service';
import { CancelOrderRequest } from './cancel-order.dto';
import { ownerFor } from './order-owner';
import { OrderPaymentList, OrderPaymentResponse } from './order-payments.dto';
import { OrderResponse } from './orders.dto';
import { unknownCoupon } from './orders.errors';
import { OrdersService } from './orders.service';
import { PaymentMethodRequest, PlaceOrderRequest } from './place-order.dto';
import { TimelineEntryResponse, TimelineResponse } from './timeline.dto';

/** Placing orders, paying them and following them. */
@ApiTags('Orders')
@ApiBearerAuth()
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly actions: OrderActionsService,
    private readonly queries: OrderQueriesService,
  ) {}

  /**
   * Place an order
   *
   * @remarks Its stock is held until `expiresAt`. With `payment` the checkout runs on by itself: the answer comes at once
   * as `pending_payment`, and the order is `confirmed` as soon as it is paid.
   * @throws {422} `insufficient_stock`, `unknown_sku`, `product_not_available` or `currency_mismatch`; `errors` names the lines.
   */
  @Post()
  @Idempotent()
  @RequirePermission('orders:place')
  async placeOrder(@CurrentUser() user: Actor, @Body() body: PlaceOrderRequest): Promise<OrderResponse> {
    if (body.couponCode) throw unknownCoupon();
    const { order, payments } = await this.orders.place(user.id, body);
    return OrderResponse.from(order, payments);
  }

  /**
   * Get an order
   *
   * @remarks Your own; with `orders:read` anybody's.
   * @throws {404} There is no such order, or it is not yours.
   */
  @Get(':id')
  @SignedIn('orders:read', 'orders:place')
  async getOrder(@CurrentUser() user: Actor, @UuidParam('id', 'order') id: string): Promise<OrderResponse> {
    const { order, payments } = await this.queries.get(id, ownerFor(user, 'orders:read'));
    return OrderResponse.from(order, payments);
  }

  /**
   * Cancel an order
   *
   * @remarks Its stock is free again, what was paid goes back. Your own; with `orders:cancel` anybody's.
   * @throws {404} There is no such order, or it is not yours.
   * @throws {409} `order_not_cancellable`: it has been shipped, or has ended.
   */
  @Post(':id/cancel')
  @HttpCode(200)
  @Idempotent()
  @SignedIn('orders:cancel')
  async cancelOrder(
    @CurrentUser() user: Actor,
    @UuidParam('id', 'order') id: string,
    @Body() body: CancelOrderRequest,
  ): Promise<OrderResponse> {
    const buyerId = ownerFor(user, 'orders:cancel');
    await this.actions.cancel({ id: user.id, buyerId }, id, body.reason ?? null);
    const { order, payments } = await this.queries.get(id, buyerId);
    return OrderResponse.from(order, payments);
  }

  /**
   * Pay an order
   *
   * @remarks The payment is taken in the background; follow it with `GET /payments/{id}` or the order's timeline.
   * @throws {404} There is no such order, or it is not yours.
   * @throws {409} `order_not_payable`, or `payment_in_progress`: one attempt at a time.
   */
  @Post(':id/payments')
  @HttpCode(202)
  @Idempotent()
  @SignedIn('orders:place')
  async payOrder(
    @CurrentUser() user: Actor,
    @UuidParam('id', 'order') id: string,
    @Body() { method }: PaymentMethodRequest,
  ): Promise<OrderPaymentResponse> {
    return OrderPaymentResponse.from(await this.actions.pay({ id: user.id, buyerId: user.id }, id, method));
  }

  /**
   * List the payments of an order
   *
   * @throws {404} There is no such order, or it is not yours.
   */
  @Get(':id/payments')
  @SignedIn('orders:read', 'orders:place')
  async listOrderPayments(@CurrentUser() user: Actor, @UuidParam('id', 'order') id: string): Promise<OrderPaymentList> {
    const payments = await this.queries.listPayments(id, ownerFor(user, 'orders:read'));
    return { data: payments.map((payment) => OrderPaymentResponse.from(payment)) };
  }

  /**
   * Follow the way of an order
   *
   * @remarks Every step with time, actor and outcome, oldest first.
   * @throws {404} There is no such order, or it is not yours.
   */
  @Get(':id/timeline')
  @SignedIn('orders:read', 'orders:place')
  async getOrderTimeline(@CurrentUser() user: Actor, @UuidParam('id', 'order') id: string): Promise<TimelineResponse> {
    const timeline = await this.queries.listTimeline(id, ownerFor(user, 'orders:read'));
    return { data: timeline.map((entry) => TimelineEntryResponse.from(entry)) };
  }
}
