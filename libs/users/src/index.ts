export * from './users.events';
export * from './users.facade';
export * from './users.facade.module';
export * from './users.module';
export * from './users.worker.module';
export * from './users.types';
