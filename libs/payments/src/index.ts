export * from './ledger/ledger.facade';
export type { Sale } from './ledger/ledger.types';
export * from './payments.core.module';
export * from './payments.events';
export * from './payments.facade';
export * from './payments.module';
export * from './payments.types';
export * from './payments.worker.module';
