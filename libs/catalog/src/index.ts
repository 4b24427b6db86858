export * from './catalog-books.module';
export * from './catalog.events';
export * from './catalog.facade';
export * from './catalog.module';
export * from './demo/demo-catalog.facade';
export type { PricedProduct } from './product.types';
