export * from './saga';
export * from './saga-registry';
export * from './saga.module';
export { Sagas } from './sagas';
