import { Injectable } from '@nestjs/common';
import { Log, runInContext } from '@platform/observability';
import { ParkedSagas } from './parked-sagas';
import { LeaseLost, type SagaRun, type SagaStep, type StepOutcome } from './saga';
import { SagaRegistry } from './saga-registry';
import { SagaStore, type LeasedSaga } from './saga-store';
import { pauseMs, withDeadline } from './saga-timing';

/** Who dies loses its sagas to the next worker after this long; who takes longer keeps its lease by a heartbeat. */
export const LEASE_SECONDS = 8;
const HEARTBEAT_MS = 2_500;

/** Runs one leased saga as far as it goes: step after step forwards, or back through the compensations. */
@Injectable()
export class SagaRunner {
  constructor(
    private readonly registry: SagaRegistry,
    private readonly store: SagaStore,
    private readonly parked: ParkedSagas,
    private readonly log: Log,
  ) {}

  /** @returns whether the saga is due again at once */
  async run(leased: LeasedSaga): Promise<boolean> {
    const context = { requestId: leased.requestId ?? leased.key, actor: leased.name };
    return runInContext(context, async () => {
      try {
        return await this.whileLeased(leased, this.runSteps(leased));
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        this.log.warn('sagas.lease_lost', { saga: leased.name, key: leased.key });
        return false;
      }
    });
  }

  private async runSteps(leased: LeasedSaga): Promise<boolean> {
    for (let saga = leased; ;) {
      const next = await this.runStep(saga);
      if (typeof next === 'boolean') return next;
      saga = next;
    }
  }

  /** @returns the saga at its next step, or (when it rests) whether it is due again at once */
  private async runStep(saga: LeasedSaga): Promise<LeasedSaga | boolean> {
    const { step } = this.registry.locate(saga.name, saga.step);
    const advanced: LeasedSaga[] = [];
    const run = this.runOf(saga, saga, advanced);
    try {
      const outcome = await withDeadline(this.work(saga, step, run), step);
      if (outcome.kind === 'wait') return await this.store.pause(saga, outcome, 0);
      if (outcome.kind === 'end') return await this.end(saga, 'done', outcome.reason);
      if (outcome.kind === 'undo') return await this.turnBack(saga, outcome.reason);
      if (outcome.kind === 'park') return await this.park(saga, outcome.reason);
      if (advanced.length === 0) await this.moveOn(saga, saga);
      return this.following(advanced.at(-1) ?? saga);
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      return this.retryOrTurnBack(saga, step, error);
    }
  }

  /** @param at the place of the step at work: behind `saga` when the step before is in the same transaction */
  private runOf(saga: LeasedSaga, at: LeasedSaga, advanced: LeasedSaga[]): SagaRun {
    const advance = async () => {
      await this.moveOn(saga, at);
      advanced.push(at);
    };
    const advanceWithNext = async () => {
      const next = this.following(at);
      if (typeof next === 'boolean') throw new Error(`No step follows ${at.step}.`);
      const { step } = this.registry.locate(next.name, next.step);
      const { kind } = await this.work(next, step, this.runOf(saga, next, advanced));
      if (kind !== 'done' || advanced.at(-1) !== next) throw new Error(`Step ${step.name} must be done and advance.`);
    };
    return { key: at.key, attempt: at.attempts, since: at.since, isJoined: at !== saga, advance, advanceWithNext };
  }

  /** Many short steps take as long as one long step, so the heartbeat goes on over all of them. */
  private async whileLeased<T>(saga: LeasedSaga, work: Promise<T>): Promise<T> {
    const beat = () =>
      this.store.extend(saga, LEASE_SECONDS).catch((error: unknown) => {
        this.log.warn('sagas.heartbeat_failed', { saga: saga.name, key: saga.key, error });
      });
    const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS);
    return work.finally(() => clearInterval(heartbeat));
  }

  private work(saga: LeasedSaga, step: SagaStep, run: SagaRun): Promise<StepOutcome> {
    if (saga.status === 'running') return step.execute(run);
    return step.compensate ? step.compensate(run) : Promise.resolve({ kind: 'done' });
  }

  /** Moves the saga from its place to the one behind `at`: the neighbour in its direction, or its end. */
  private async moveOn(saga: LeasedSaga, at: LeasedSaga): Promise<void> {
    const next = this.neighbour(at);
    const end = saga.status === 'running' ? 'done' : 'undone';
    await this.store.move(saga, next?.name ?? at.step, next ? saga.status : end);
  }

  private following(saga: LeasedSaga): LeasedSaga | boolean {
    const next = this.neighbour(saga);
    return next ? { ...saga, step: next.name, attempts: 0 } : false;
  }

  private neighbour(saga: LeasedSaga): SagaStep | undefined {
    const { before, after } = this.registry.locate(saga.name, saga.step);
    return saga.status === 'running' ? after : before;
  }

  private async end(saga: LeasedSaga, status: 'done' | 'undone', reason: string): Promise<false> {
    await this.store.move(saga, saga.step, status, reason);
    return false;
  }

  private async turnBack(saga: LeasedSaga, reason: string): Promise<LeasedSaga | boolean> {
    this.log.warn('sagas.turned_back', { saga: saga.name, key: saga.key, step: saga.step, reason });
    const { before } = this.registry.locate(saga.name, saga.step);
    if (!before) return this.end(saga, 'undone', reason);
    await this.store.move(saga, before.name, 'compensating', reason);
    return { ...saga, step: before.name, status: 'compensating', attempts: 0 };
  }

  /** A step that failed may have happened in part, so undoing begins with itself. */
  private async undoFrom(saga: LeasedSaga, step: SagaStep, reason: string): Promise<LeasedSaga | boolean> {
    if (!step.compensate) return this.turnBack(saga, reason);
    await this.store.move(saga, step.name, 'compensating', reason);
    return { ...saga, status: 'compensating', attempts: 0 };
  }

  private async retryOrTurnBack(saga: LeasedSaga, step: SagaStep, error: unknown): Promise<LeasedSaga | boolean> {
    const reason = error instanceof Error ? error.message : String(error);
    const attempts = saga.attempts + 1;
    this.log.warn('sagas.step_failed', { saga: saga.name, key: saga.key, step: step.name, attempts, error });
    if (attempts < step.retry.attempts) {
      return this.store.pause(saga, { forMs: pauseMs(step.retry, attempts) }, attempts, reason);
    }
    const mayTurnBack = saga.status === 'running' && step.whenExhausted !== 'park';
    return mayTurnBack ? this.undoFrom(saga, step, reason) : this.park(saga, outOfTries(step), reason);
  }

  private async park(saga: LeasedSaga, told: string, error = told): Promise<false> {
    this.log.error('sagas.needs_attention', { saga: saga.name, key: saga.key, step: saga.step, reason: error });
    await this.parked.park(saga, told, error);
    return false;
  }
}

/** For everybody's eyes: what the step has thrown may speak of internals. */
const outOfTries = ({ name }: SagaStep) => `The step ${name} has failed, and is out of tries.`;
