export { Audit, type AuditEntry } from './audit';
export { AuditErasures } from './audit-erasures.repository';
export * from './audit-reader';
export { AuditSealer } from './audit-sealer';
export { AuditVerifier, type AuditVerdict } from './audit-verifier';
export * from './audit.module';
export * from './audit.worker.module';
