import { defineEvent } from '@platform/messaging';

/** An order has been placed and holds its stock. */
export const orderPlaced = defineEvent<{ orderId: string }>('orders.placed', 1);

/** An order is paid; its stock is firm. */
export const orderConfirmed = defineEvent<{ orderId: string }>('orders.confirmed', 1);

/** A payment of an order has failed; another may be tried until the order expires. */
export const orderPaymentFailed = defineEvent<{ orderId: string; failureCode: string }>('orders.payment_failed', 1);

/** An order has been cancelled; what was paid goes back. */
export const orderCancelled = defineEvent<{ orderId: string; reason: string | null }>('orders.cancelled', 1);

/** An order was not paid in time; its stock is free again. */
export const orderExpired = defineEvent<{ orderId: string }>('orders.expired', 1);
