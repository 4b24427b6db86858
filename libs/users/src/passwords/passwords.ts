import { Injectable } from '@nestjs/common';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import { validationFailed } from '@platform/errors';
import { commonPasswords } from './common-passwords';
import { HashingLane } from './hashing-lane';
import { COST, NOBODYS_HASH } from './password-hash.rules';
import { findPasswordProblem, normalisePassword, type PasswordOwner } from './password.rules';

const AT_ONCE = 3; // of libuv's four threads; files and name look-ups need one too
const WAITING = 250; // about a second on two cores

/** Hashes passwords, off the event loop and never inside a transaction. */
@Injectable()
export class Passwords {
  private readonly lane = new HashingLane(AT_ONCE, WAITING);

  constructor(
    private readonly config: Config,
    private readonly uow: UnitOfWork,
  ) {}

  /** Hashes a password that somebody has chosen. @throws AppError `validation_failed` when it is a bad choice */
  async hashNew(password: string, owner: PasswordOwner): Promise<string> {
    const policy = { minLength: this.config.get('PASSWORD_MIN_LENGTH'), common: await commonPasswords() };
    const problem = findPasswordProblem(password, owner, policy);
    if (problem) throw validationFailed([problem]);
    return this.hash(password);
  }

  async hash(password: string): Promise<string> {
    return this.queued(() => hash(normalisePassword(password), COST));
  }

  /** Without a hash to compare with, it does the same work and says no. */
  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    const isRight = await this.queued(() => verify(passwordHash ?? NOBODYS_HASH, normalisePassword(password)));
    return isRight && passwordHash !== undefined;
  }

  /** Whether a hash was made at a lower cost than today's. */
  isOutdated(passwordHash: string): boolean {
    const { memoryCost, timeCost } = parseOptions(passwordHash);
    return memoryCost < COST.memoryCost || timeCost < COST.timeCost;
  }

  private queued<T>(work: () => Promise<T>): Promise<T> {
    this.uow.forbidActive('Hashing a password');
    return this.lane.run(work);
  }
}
