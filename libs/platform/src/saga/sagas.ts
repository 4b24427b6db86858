import { Injectable } from '@nestjs/common';
import { Signals, UnitOfWork, type Statement } from '@platform/database';
import { currentContext } from '@platform/observability';

/** The signal that wakes the workers' saga runner. */
export const SAGA_SIGNAL = 'sagas';

const INSERT = `
  INSERT INTO platform.sagas (name, key, step, next_run_at, request_id)
  SELECT given.name, given.key, given.step, coalesce(given.run_at, now()), $5
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[]) AS given (name, key, step, run_at)`;

/** The usual case, without arrays: a fifth less of PostgreSQL's work. */
const INSERT_ONE = `
  INSERT INTO platform.sagas (name, key, step, next_run_at, request_id)
  VALUES ($1, $2, $3, coalesce($4::timestamptz, now()), $5)`;

const INSERT_ONCE = `
  INSERT INTO platform.sagas (name, key, step, next_run_at, request_id) VALUES ($1, $2, $3, now(), $4)
  ON CONFLICT (name, key) DO NOTHING`;

/** A running worker is not disturbed: it sees `woken` when it is about to wait, and runs the step again instead. */
const WAKE = `
  UPDATE platform.sagas
  SET woken = true, next_run_at = CASE WHEN lease IS NULL OR next_run_at < now() THEN now() ELSE next_run_at END
  WHERE name = $1 AND key = $2 AND status IN ('running', 'compensating')`;

/** At its last step, as if it had not been done yet. */
const REOPEN = `
  UPDATE platform.sagas SET status = 'running', attempts = 0, next_run_at = now(), updated_at = now()
  WHERE name = $1 AND key = $2 AND status = 'done'`;

interface NewSaga {
  name: string;
  key: string;
  firstStep: string;
  runAt: Date | null;
}

/** Starts and wakes sagas; the worker runs them. */
@Injectable()
export class Sagas {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly signals: Signals,
  ) {}

  /**
   * Starts a saga in the current transaction.
   * @param saga its name and first step
   * @param key what it is about; there is one saga of a name for a key
   * @param runAt when its first step runs; null means at once
   */
  start(saga: { name: string; firstStep: string }, key: string, runAt: Date | null): void {
    const row: NewSaga = { name: saga.name, firstStep: saga.firstStep, key, runAt };
    if (runAt === null) this.wakeWorkersAfterCommit();
    this.uow.gather('sagas', row, toStatement);
  }

  /**
   * Starts a saga at once unless there is one of its name for the key, in the current transaction or on its own.
   * @returns whether there was none
   */
  async startOnce(saga: { name: string; firstStep: string }, key: string): Promise<boolean> {
    const values = [saga.name, key, saga.firstStep, currentContext()?.requestId ?? null];
    const isNew = (await this.uow.execute(INSERT_ONCE, values)) > 0;
    if (isNew) this.wakeWorkersAfterCommit();
    return isNew;
  }

  /** Lets a waiting saga look at the world again, in the current transaction or on its own. */
  async wake(name: string, key: string): Promise<void> {
    const woken = await this.uow.execute(WAKE, [name, key]);
    if (woken > 0) this.wakeWorkersAfterCommit();
  }

  /**
   * Lets a saga that was done do its last step again, as what it had done was undone from outside. In the current
   * transaction or on its own. @returns whether it was done
   */
  async reopen(name: string, key: string): Promise<boolean> {
    const reopened = (await this.uow.execute(REOPEN, [name, key])) > 0;
    if (reopened) this.wakeWorkersAfterCommit();
    return reopened;
  }

  private wakeWorkersAfterCommit(): void {
    this.uow.afterCommit(() => this.signals.wake(SAGA_SIGNAL));
  }
}

function toStatement(rows: NewSaga[]): Statement {
  const requestId = currentContext()?.requestId ?? null;
  const [first] = rows;
  if (first && rows.length === 1) {
    return { text: INSERT_ONE, values: [first.name, first.key, first.firstStep, first.runAt, requestId] };
  }
  const column = <Name extends keyof NewSaga>(name: Name) => rows.map((started) => started[name]);
  return { text: INSERT, values: [column('name'), column('key'), column('firstStep'), column('runAt'), requestId] };
}
