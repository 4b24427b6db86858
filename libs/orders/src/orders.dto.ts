import { ApiProperty } from '@nestjs/swagger';
import type { Payment } from '@app/payments';
import { MoneyDto } from '@platform/http';
import { OrderPaymentResponse } from './order-payments.dto';
import type { Order, OrderLine, OrderPaymentStatus, OrderStatus, OrderSummary } from './orders.types';
import { AddressDto } from './place-order.dto';

export const ORDER_STATUSES = [
  'pending_payment',
  'confirmed',
  'shipped',
  'delivered',
  'cancelled',
  'expired',
  'needs_attention',
] as const;
export const ORDER_PAYMENT_STATUSES = [
  'unpaid',
  'processing',
  'authorized',
  'paid',
  'failed',
  'partially_refunded',
  'refunded',
];

/** One product of an order, with name and price as they were when it was placed. */
export class OrderItemResponse {
  /**
   * The product
   * @example "DEMO-MUG"
   */
  sku: string;

  /** Its name */
  @ApiProperty({ maxLength: 200 })
  name: string;

  /** Whole pieces */
  @ApiProperty({ type: 'integer', example: 1, minimum: 1, maximum: 1_000 })
  quantity: number;

  /** Net price of one piece */
  unitPrice: MoneyDto;

  /** Tax rate in hundredths of a percent */
  @ApiProperty({ type: 'integer', example: 1_900, minimum: 0, maximum: 10_000 })
  taxRateBps: number;

  /** What is taken off the line */
  discount: MoneyDto;

  /** Net: unit price × quantity − discount */
  lineTotal: MoneyDto;

  static from(line: OrderLine, currency: string): OrderItemResponse {
    const money = (amount: number) => ({ amount, currency });
    return {
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      unitPrice: money(line.unitPriceMinor),
      taxRateBps: line.taxRateBps,
      discount: money(line.discountMinor),
      lineTotal: money(line.totalMinor),
    };
  }
}

/** An order without its items, as lists show it. */
export class OrderSummaryResponse {
  /** The order's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /**
   * A number to read out on the telephone
   * @example "CH-7K2M-9QX4-TD3P"
   */
  @ApiProperty({ pattern: '^CH(-[0-9A-HJKMNP-TV-Z]{4}){3}$', maxLength: 17 })
  number: string;

  /** Whose it is */
  @ApiProperty({ format: 'uuid' })
  userId: string;

  /** Where it stands */
  @ApiProperty({ enum: ORDER_STATUSES, example: 'confirmed' })
  status: OrderStatus;

  /** How its money stands */
  @ApiProperty({ enum: ORDER_PAYMENT_STATUSES, example: 'paid' })
  paymentStatus: OrderPaymentStatus;

  /** Pieces of all items together */
  @ApiProperty({ type: 'integer', example: 3, minimum: 1, maximum: 100_000 })
  itemCount: number;

  /** Sum of unit price × quantity, net */
  subtotal: MoneyDto;

  /** What is taken off */
  discount: MoneyDto;

  /** Tax of all items */
  tax: MoneyDto;

  /** Shipping */
  shipping: MoneyDto;

  /** subtotal − discount + tax + shipping */
  total: MoneyDto;

  /**
   * ISO 4217
   * @example "USD"
   */
  currency: string;

  /** When it was placed */
  placedAt: Date;

  /** Until when it holds its stock without being paid */
  expiresAt: Date;

  /** Grows with every change */
  @ApiProperty({ type: 'integer', example: 2 })
  version: number;

  /** When it was placed */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static summaryOf(order: OrderSummary): OrderSummaryResponse {
    const money = (amount: number) => ({ amount, currency: order.currency });
    return {
      id: order.id,
      number: order.number,
      userId: order.buyerId,
      status: order.status,
      paymentStatus: order.paymentStatus,
      itemCount: order.itemCount,
      subtotal: money(order.subtotalMinor),
      discount: money(order.discountMinor),
      tax: money(order.taxMinor),
      shipping: money(order.shippingMinor),
      total: money(order.totalMinor),
      currency: order.currency,
      placedAt: order.placedAt,
      expiresAt: order.expiresAt,
      version: order.version,
      createdAt: order.placedAt,
      updatedAt: order.updatedAt,
    };
  }
}

/** A whole order. */
export class OrderResponse extends OrderSummaryResponse {
  /** What was ordered */
  @ApiProperty({ type: [OrderItemResponse], maxItems: 100 })
  items: OrderItemResponse[];

  /** Where it goes to */
  shippingAddress: AddressDto;

  /** All attempts to pay it, in the order of their making */
  @ApiProperty({ type: [OrderPaymentResponse] })
  payments: OrderPaymentResponse[];

  static from(order: Order, payments: Payment[]): OrderResponse {
    return {
      ...OrderSummaryResponse.summaryOf(order),
      items: order.lines.map((line) => OrderItemResponse.from(line, order.currency)),
      shippingAddress: order.shippingAddress,
      payments: payments.map((payment) => OrderPaymentResponse.from(payment)),
    };
  }
}
