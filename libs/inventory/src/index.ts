export * from './inventory.events';
export * from './inventory.facade';
export * from './inventory.module';
export * from './inventory.types';
