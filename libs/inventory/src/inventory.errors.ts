import { AppError, validationFailed } from '@platform/errors';

/** 422: there is not so much of it that is free. */
export const insufficientStock = (available: number) =>
  new AppError('unprocessable', 'insufficient_stock', `Only ${available} pieces are free of reservations.`, {
    errors: [{ field: 'delta', code: 'insufficient_stock', message: `${available} available` }],
  });

/** 422: the warehouse can't count that many. */
export const stockTooLarge = () =>
  new AppError('unprocessable', 'stock_too_large', 'A product can have 1,000,000,000,000 pieces at the most.');

/** 400: no such location. */
export const unknownLocation = () =>
  validationFailed([{ field: 'locationId', code: 'unknown', message: 'There is no such location' }]);
