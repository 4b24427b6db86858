import '@platform/runtime'; // first: it is about all that is loaded after it
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule, AuditVerifier, type AuditVerdict } from '@platform/audit';
import { ConfigModule, SettingsError } from '@platform/config';
import { DatabaseModule } from '@platform/database';
import { ObservabilityModule } from '@platform/observability';

@Module({ imports: [ConfigModule, ObservabilityModule.forRoot('verify-audit'), DatabaseModule, AuditModule] })
class VerifyAuditModule {}

const SHOWN = 10;

/** Checks the chain of hashes over the audit trail, and that of an end noted earlier: `--head <seq>:<hash>`. Exit code 1 for a fault. */
async function main(): Promise<void> {
  const known = knownHead(process.argv.slice(2));
  const app = await NestFactory.createApplicationContext(VerifyAuditModule, { logger: false, abortOnError: false });
  const verdict = await app.get(AuditVerifier).verify(known);
  await app.close();
  process.stdout.write(describe(verdict));
  process.exit(verdict.faults.length > 0 ? 1 : 0);
}

function knownHead(args: string[]): { seq: number; hash: Buffer } | undefined {
  if (args.length === 0) return undefined;
  const [, seq, hash] = /^--head[= ](\d{1,15}):([0-9a-f]{64})$/.exec(args.join(' ')) ?? [];
  if (!seq || !hash) throw new SettingsError(['usage: npm run audit:verify -- --head <seq>:<hash>']);
  return { seq: Number(seq), hash: Buffer.from(hash, 'hex') };
}

function describe({ head, sealed, erased, waiting, faults }: AuditVerdict): string {
  const counts = `${sealed} rows sealed, ${erased} of them with erased parts, ${waiting} waiting for their seal`;
  if (faults.length === 0)
    return `The audit trail is whole: ${counts}. Head ${head.seq}:${head.hash.toString('hex')}\n`;
  const [first] = faults.filter(({ seq }) => seq !== null);
  const lines = faults
    .slice(0, SHOWN)
    .map(
      ({ seq, eventId, what }) =>
        `  ${seq === null ? 'unsealed' : `seq ${seq}`}, event ${eventId ?? 'unknown'}: ${what}`,
    );
  const where = first ? `; first broken sequence: ${first.seq}` : '';
  return [`The audit trail is broken${where}. ${counts}.`, ...lines, ''].join('\n');
}

main().catch((error: unknown) => {
  const isOurs = error instanceof SettingsError;
  process.stderr.write(`${isOurs ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(2);
});
