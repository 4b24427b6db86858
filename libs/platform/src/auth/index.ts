export * from './access-tokens';
export * from './actor';
export * from './auth-config';
export * from './auth.module';
export * from './auth.worker.module';
export { EndedSessions } from './ended-sessions';
export * from './policies';
export { RequireStepUp, STEP_UP, StepUps } from './step-ups';
export { VerifiedTokens } from './verified-tokens';
