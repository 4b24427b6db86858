import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** Seconds in which a browser has to answer. */
export const PASSKEY_SECONDS = 300;

/** What a challenge was made for; it is good for nothing else. */
export type PasskeyPurpose = 'register' | 'sign-in' | 'step-up';

const INSERT = `
  WITH old AS (DELETE FROM users.passkey_challenges WHERE expires_at < now())
  INSERT INTO users.passkey_challenges (challenge, purpose, session_id, expires_at)
  VALUES ($1, $2, $3, now() + make_interval(secs => $4))`;

const USE = `
  DELETE FROM users.passkey_challenges
  WHERE challenge = $1 AND purpose = $2 AND session_id IS NOT DISTINCT FROM $3 AND expires_at > now()`;

/** Challenges that browsers have been given: kept here, not by them, and each good for one answer. */
@Injectable()
export class PasskeyChallengesRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @param sessionId who may answer; null before anybody has signed in */
  async insert(challenge: string, purpose: PasskeyPurpose, sessionId: string | null): Promise<void> {
    await this.uow.execute(INSERT, [challenge, purpose, sessionId, PASSKEY_SECONDS]);
  }

  /** Uses a challenge up, whether or not the rest of the answer holds. @returns whether it was good */
  async use(challenge: string, purpose: PasskeyPurpose, sessionId: string | null): Promise<boolean> {
    this.uow.forbidActive('PasskeyChallengesRepository.use'); // what rolls back could be answered again
    return (await this.uow.execute(USE, [challenge, purpose, sessionId])) > 0;
  }
}
