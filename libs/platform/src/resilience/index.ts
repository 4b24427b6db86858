export * from './outgoing-calls';
export * from './resilience';
export * from './resilience.module';
