export * from './crash';
export * from './log';
export * from './nest-logger';
export * from './observability.module';
export * from './request-context';
