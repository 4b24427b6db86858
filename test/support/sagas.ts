import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import type { UnitOfWork } from '@platform/database';
import { AuditModule } from '@platform/audit';
import { MessagingModule } from '@platform/messaging';
import {
  ParkedSagas,
  SagaModule,
  SagaRegistry,
  Sagas,
  SagaSubjects,
  type Saga,
  type SagaRun,
  type SagaStep,
  type SagaSubject,
  type StepOutcome,
} from '@platform/saga';
import { SagaRunner } from '../../libs/platform/src/saga/saga-runner';
import { SagaStore, type LeasedSaga } from '../../libs/platform/src/saga/saga-store';
import type { TestDatabase } from './database';
import { eventually } from './eventually';
import { Platform } from './platform';

/** Where a saga stands. */
export interface SagaRow {
  step: string;
  status: string;
  attempts: number;
  lease: string | null;
  last_error: string | null;
  waits_ms: number;
}

type Work = (run: SagaRun) => Promise<StepOutcome> | StepOutcome;

/** A step of a test: what it does, and how it is undone. */
export interface WantedStep extends Partial<Pick<SagaStep, 'timeoutMs' | 'retry' | 'whenExhausted'>> {
  execute?: Work;
  compensate?: Work;
}

const done: StepOutcome = { kind: 'done' };

/** A saga of these steps, in their order. */
export function aSaga(name: string, steps: Record<string, WantedStep>): Saga {
  return {
    name,
    steps: Object.entries(steps).map(
      ([stepName, { execute, compensate, timeoutMs = 5_000, retry, whenExhausted }]) => ({
        name: stepName,
        timeoutMs,
        retry: retry ?? { attempts: 3, firstPauseMs: 1, longestPauseMs: 5 },
        whenExhausted,
        execute: async (run) => (execute ? execute(run) : done),
        ...(compensate ? { compensate: async (run: SagaRun) => compensate(run) } : {}),
      }),
    ),
  };
}

@Module({})
class SagasUnderTest {}

function running(sagas: Saga[]): DynamicModule {
  const register = (registry: SagaRegistry) => sagas.map((saga) => registry.register(saga)).length;
  return {
    module: SagasUnderTest,
    providers: [{ provide: 'sagas', inject: [SagaRegistry], useFactory: register }],
  };
}

/** The platform's sagas, run by hand or by workers. */
export class SagaStage {
  private constructor(
    readonly db: TestDatabase,
    private readonly starter: Platform,
  ) {}

  static async open(db: TestDatabase): Promise<SagaStage> {
    await db.sql('DELETE FROM platform.sagas'); // of the demo data
    return new SagaStage(db, await Platform.open(db, [AuditModule, SagaModule], { DATABASE_POOL: '8' }));
  }

  get uow(): UnitOfWork {
    return this.starter.uow;
  }

  get parked(): ParkedSagas {
    return this.starter.get(ParkedSagas);
  }

  /** A worker that runs these sagas by itself. */
  worker(...sagas: Saga[]): Promise<Platform> {
    return Platform.open(this.db, [AuditModule, MessagingModule.forWorker(), SagaModule.forWorker(), running(sagas)]);
  }

  /** A worker that does only what it is told. */
  hand(...sagas: Saga[]) {
    const registry = new SagaRegistry();
    for (const saga of sagas) registry.register(saga);
    const store = new SagaStore(this.uow);
    const warn = jest.fn();
    const log = { warn, error: jest.fn() };
    const runner = new SagaRunner(registry, store, this.parked, log as never);
    const take = async (leaseSeconds = 60) => (await store.take(registry.names, 1, leaseSeconds))[0];
    return { store, runner, log, take, run: (saga: LeasedSaga | undefined) => runner.run(saga as LeasedSaga) };
  }

  /** Starts one in a transaction of its own. @returns its key */
  async start(saga: Saga, runAt: Date | null = null): Promise<string> {
    const key = randomUUID();
    await this.uow.run(async () =>
      this.starter.get(Sagas).start({ name: saga.name, firstStep: saga.steps[0]!.name }, key, runAt),
    );
    return key;
  }

  /** Starts one unless there is one. @returns whether there was none */
  startOnce(saga: Saga, key: string): Promise<boolean> {
    return this.starter.get(Sagas).startOnce({ name: saga.name, firstStep: saga.steps[0]!.name }, key);
  }

  /** Shows on these subjects what people decide. */
  show(...subjects: SagaSubject[]): void {
    for (const subject of subjects) this.starter.get(SagaSubjects).register(subject);
  }

  /** The id that a parked saga is named by. */
  async idOf(key: string): Promise<string> {
    const [row] = await this.db.sql<{ id: string }>('SELECT id FROM platform.sagas WHERE key = $1', [key]);
    return row!.id;
  }

  wake(saga: Saga, key: string): Promise<void> {
    return this.starter.get(Sagas).wake(saga.name, key);
  }

  async row(key: string): Promise<SagaRow> {
    const [row] = await this.db.sql<SagaRow>(
      `SELECT step, status, attempts, lease, last_error, extract(epoch FROM next_run_at - now()) * 1000 AS waits_ms
       FROM platform.sagas WHERE key = $1`,
      [key],
    );
    if (!row) throw new Error(`There is no saga of ${key}.`);
    return row;
  }

  /** Follows a saga until it has this status. */
  until(key: string, status: string): Promise<SagaRow> {
    return eventually(
      () => this.row(key),
      (row) => row.status === status,
    );
  }

  /** Makes its pause or its lease end now. */
  async hurry(key: string): Promise<void> {
    await this.db.sql('UPDATE platform.sagas SET next_run_at = now() WHERE key = $1', [key]);
    await this.db.sql('NOTIFY sagas');
  }

  close(): Promise<void> {
    return this.starter.close();
  }
}
