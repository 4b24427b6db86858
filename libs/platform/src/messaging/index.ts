export * from './event';
export * from './job-queues';
export * from './listener';
export * from './messaging.module';
export * from './migrate-queues';
export * from './outbox';
export * from './upkeep';
export * from './work-loop';
