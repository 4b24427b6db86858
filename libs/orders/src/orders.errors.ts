import { AppError, type FieldError } from '@platform/errors';
import type { OrderStatus } from './orders.types';

const lines = (code: string, at: Array<{ index: number; message: string }>): FieldError[] =>
  at.map(({ index, message }) => ({ field: `items.${index}.sku`, code, message }));

/** 422: no product has this sku. */
export const unknownSku = (at: Array<{ index: number; message: string }>) =>
  new AppError('unprocessable', 'unknown_sku', 'Some products do not exist; see errors.', {
    errors: lines('unknown_sku', at),
  });

/** 422: the product is there but is not sold. */
export const productNotAvailable = (at: Array<{ index: number; message: string }>) =>
  new AppError('unprocessable', 'product_not_available', 'Some products are not for sale now; see errors.', {
    errors: lines('product_not_available', at),
  });

/** 422: an order is in one currency. */
export const currencyMismatch = () =>
  new AppError('unprocessable', 'currency_mismatch', 'All products of an order must be priced in the same currency.');

/** 422: less than that is to be had. */
export const insufficientStock = (at: Array<{ index: number; available: number }>) =>
  new AppError('unprocessable', 'insufficient_stock', 'There is not enough stock; see errors.', {
    errors: at.map(({ index, available }) => ({
      field: `items.${index}.quantity`,
      code: 'insufficient_stock',
      message: `${available} available`,
    })),
  });

/** 409: too late to cancel. */
export const orderNotCancellable = (status: OrderStatus) =>
  new AppError('conflict', 'order_not_cancellable', `The order is ${status} and can't be cancelled any more.`);

/** 409: there is nothing to pay, or no longer. */
export const orderNotPayable = (status: OrderStatus) =>
  new AppError(
    'conflict',
    'order_not_payable',
    `The order is ${status} and can't be paid${status === 'pending_payment' ? ' any more: it has expired' : ''}.`,
  );

/** 409: its money was let go, so it is about to be cancelled. */
export const orderLetGo = () =>
  new AppError(
    'conflict',
    'order_not_payable',
    "The order's payment was let go: it will be cancelled and can't be paid.",
  );

/** 422: no coupon has this code. */
export const unknownCoupon = () =>
  new AppError('unprocessable', 'unknown_coupon', 'There is no coupon with this code.', {
    errors: [{ field: 'couponCode', code: 'unknown_coupon', message: 'There is no coupon with this code' }],
  });
