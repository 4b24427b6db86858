export * from './crash';
export * from './fault-point';
export * from './log';
export * from './metrics';
export * from './nest-logger';
export * from './observability.module';
export * from './request-context';
