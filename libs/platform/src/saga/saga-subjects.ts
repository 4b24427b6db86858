import { Injectable } from '@nestjs/common';

/** How a person has ended a saga that could not go on: its work is done after all, or is undone. */
export type SagaOutcome = 'done' | 'undone';

/** What a person says who has ended a saga by hand. */
export interface Resolution {
  outcome: SagaOutcome;
  note: string;
  /** The person's user id. */
  by: string;
}

/**
 * What the sagas of a name are about, an order for example: shows there what happens to a saga that needs a person. Each
 * method joins the transaction in which it happens.
 */
export interface SagaSubject {
  /** The name of the saga. */
  readonly saga: string;
  /** The saga can go neither on nor back. @param reason for whoever follows the subject */
  parked(key: string, reason: string): Promise<void>;
  /** A person lets the saga go on where it stood. @param by that person's user id */
  retried(key: string, by: string): Promise<void>;
  /** A person has ended the saga by hand. @throws AppError when the subject can't be brought to that outcome */
  resolved(key: string, resolution: Resolution): Promise<void>;
}

/** The subjects of sagas, filled by the modules of both processes at start. */
@Injectable()
export class SagaSubjects {
  private readonly bySaga = new Map<string, SagaSubject>();

  /** @throws Error when the saga has a subject already */
  register(subject: SagaSubject): void {
    if (this.bySaga.has(subject.saga)) throw new Error(`Saga ${subject.saga} has two subjects.`);
    this.bySaga.set(subject.saga, subject);
  }

  find(saga: string): SagaSubject | undefined {
    return this.bySaga.get(saga);
  }
}
