import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { rateLimited } from '@platform/http';

/** Wrong codes that an account bears in a quarter of an hour: by guessing, 0.3 % of those who try all day get in. */
export const MAX_GUESSES = 10;
const WINDOW_SECONDS = 900;

/** Counts before it is known whether the guess is right; no row comes back when there are too many. */
const TAKE = `
  INSERT INTO users.factor_guesses AS known (user_id, guesses, window_ends_at)
  VALUES ($1, 1, now() + make_interval(secs => $3))
  ON CONFLICT (user_id) DO UPDATE SET
    guesses = CASE WHEN known.window_ends_at <= now() THEN 1 ELSE known.guesses + 1 END,
    window_ends_at = CASE WHEN known.window_ends_at <= now() THEN excluded.window_ends_at ELSE known.window_ends_at END
  WHERE known.window_ends_at <= now() OR known.guesses < $2`;

const GIVE_BACK = 'UPDATE users.factor_guesses SET guesses = guesses - 1 WHERE user_id = $1 AND guesses > 0';

const SECONDS_LEFT = `
  SELECT greatest(1, ceil(extract(epoch FROM window_ends_at - now())))::int AS seconds
  FROM users.factor_guesses WHERE user_id = $1`;

/**
 * Bounds how often an account's codes are guessed, over all nodes. The lock opens by itself. Who gets as far as here
 * has shown the password or a session, so no stranger can lock an account.
 */
@Injectable()
export class FactorGuesses {
  constructor(private readonly uow: UnitOfWork) {}

  /** Runs one guess; failing counts, success doesn't. @throws AppError `rate_limited` instead of running it */
  async attempt<T>(userId: string, guess: () => Promise<T>): Promise<T> {
    this.uow.forbidActive('FactorGuesses.attempt'); // a count that rolls back with its failure would count nothing
    const isAllowed = (await this.uow.execute(TAKE, [userId, MAX_GUESSES, WINDOW_SECONDS])) > 0;
    if (!isAllowed) throw rateLimited(await this.secondsLeft(userId));
    const result = await guess();
    await this.uow.execute(GIVE_BACK, [userId]);
    return result;
  }

  private async secondsLeft(userId: string): Promise<number> {
    const [row] = await this.uow.sql<{ seconds: number }>(SECONDS_LEFT, [userId]);
    return row?.seconds ?? 1;
  }
}
