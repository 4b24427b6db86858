/** Where an order stands. */
export type OrderStatus =
  'pending_payment' | 'confirmed' | 'shipped' | 'delivered' | 'cancelled' | 'expired' | 'needs_attention';

/** How the money of an order stands. */
export type OrderPaymentStatus =
  'unpaid' | 'processing' | 'authorized' | 'paid' | 'failed' | 'partially_refunded' | 'refunded';

/** Where an order goes to. */
export interface ShippingAddress {
  name: string;
  line1: string;
  line2?: string;
  city: string;
  postalCode: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** What a buyer wants. */
export interface NewOrder {
  items: Array<{ sku: string; quantity: number }>;
  shippingAddress: ShippingAddress;
  /** With it the checkout runs on by itself. */
  payment?: { method: string };
}

/** One product of an order, with name and price as they were when it was placed. */
export interface OrderLine {
  sku: string;
  name: string;
  quantity: number;
  unitPriceMinor: number;
  /** Hundredths of a percent. */
  taxRateBps: number;
  discountMinor: number;
  taxMinor: number;
  /** Net: unit price × quantity − discount. */
  totalMinor: number;
}

/** The amounts of an order, in minor units of its currency. */
export interface OrderTotals {
  subtotalMinor: number;
  discountMinor: number;
  taxMinor: number;
  shippingMinor: number;
  totalMinor: number;
}

/** An order without its lines, as lists show it. */
export interface OrderSummary extends OrderTotals {
  id: string;
  number: string;
  buyerId: string;
  status: OrderStatus;
  paymentStatus: OrderPaymentStatus;
  currency: string;
  /** Pieces of all lines together. */
  itemCount: number;
  placedAt: Date;
  /** Until when it holds its stock without being paid. */
  expiresAt: Date;
  version: number;
  updatedAt: Date;
}

/** A whole order. */
export interface Order extends OrderSummary {
  lines: OrderLine[];
  shippingAddress: ShippingAddress;
}

/** One step of an order's way, for a person to read. */
export interface TimelineEntry {
  version: number;
  step: string;
  status: OrderStatus;
  paymentStatus: OrderPaymentStatus;
  actor: string | null;
  detail: string | null;
  at: Date;
}
