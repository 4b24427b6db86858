export * from './event';
export * from './job-queues';
export * from './listener';
export * from './messaging.module';
export * from './migrate-queues';
export * from './outbox';
export * from './work-loop';
