import { AppError } from '@platform/errors';
import type { SagaStatus } from './saga';

/** 409: it goes on, or has ended; perhaps somebody else was faster. */
export const sagaNeedsNoAttention = (status: SagaStatus) =>
  new AppError(
    'conflict',
    'saga_needs_no_attention',
    `The saga is ${status}: there is nothing for a person to decide.`,
  );

/** 409: what the saga is about can't be brought to the outcome that was named. */
export const sagaOutcomeImpossible = (why: string) => new AppError('conflict', 'saga_outcome_impossible', why);
