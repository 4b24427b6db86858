import { AppError } from '@platform/errors';

/** 409: there is, or was, another product of this sku. */
export const skuTaken = (sku: string) => new AppError('conflict', 'sku_taken', `The sku ${sku} is taken.`);
