export * from './demo-orders.facade';
export * from './orders.core.module';
export * from './orders.events';
export * from './orders.facade';
export * from './orders.module';
export * from './orders.types';
export * from './orders.worker.module';
