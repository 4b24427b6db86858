export * from './parked-sagas';
export * from './saga';
export * from './saga-registry';
export * from './saga-subjects';
export { sagaOutcomeImpossible } from './saga.errors';
export * from './saga.module';
export { Sagas } from './sagas';
