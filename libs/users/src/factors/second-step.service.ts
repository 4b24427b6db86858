import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Identity } from '../oidc/identities.repository';
import { IdentitiesService } from '../oidc/identities.service';
import type { Origin } from '../sessions/session.types';
import { SignInService, type SignedInUser } from '../sign-in/sign-in.service';
import type { User } from '../user.entity';
import { challengeInvalid, codeInvalid } from '../users.errors';
import { UsersRepository } from '../users.repository';
import { FactorCodes } from './factor-codes';
import { FactorGuesses } from './factor-guesses';
import { FactorsRepository, type FactorMethod } from './factors.repository';
import { MfaChallengesRepository, type FirstStep } from './mfa-challenges.repository';

/** The first step was right, and more is needed. */
export interface SecondStep {
  challengeToken: string;
  methods: FactorMethod[];
}

/** The second step of signing in, for accounts with a second factor. */
@Injectable()
export class SecondStepService {
  constructor(
    private readonly challenges: MfaChallengesRepository,
    private readonly factors: FactorsRepository,
    private readonly codes: FactorCodes,
    private readonly guesses: FactorGuesses,
    private readonly users: UsersRepository,
    private readonly signIn: SignInService,
    private readonly identities: IdentitiesService,
  ) {}

  /**
   * For who has shown the password, or has come from a provider.
   * @param identity to link with the account, once the second step is done
   * @returns undefined when the first step is enough
   */
  async ask({ id: userId, passwordHash }: User, identity: Identity | null = null): Promise<SecondStep | undefined> {
    const methods = await this.factors.listMethods(userId);
    if (methods.length === 0) return undefined;
    const challengeToken = randomBytes(32).toString('base64url');
    const passwordPrint = hashOf(passwordHash);
    await this.challenges.insert(hashOf(challengeToken), { userId, passwordPrint, identity });
    return { challengeToken, methods };
  }

  /** @throws AppError `challenge_invalid`, `code_invalid`, `rate_limited` */
  async answer(challengeToken: string, code: string, origin: Origin): Promise<SignedInUser> {
    const tokenHash = hashOf(challengeToken);
    const first = await this.challenges.guess(tokenHash);
    if (!first) throw challengeInvalid();
    return this.guesses.attempt(first.userId, () => this.enter(first, tokenHash, code, origin));
  }

  /** Code, challenge and session belong together: a code is only used up if it opens a session. */
  private async enter(first: FirstStep, tokenHash: Buffer, code: string, origin: Origin): Promise<SignedInUser> {
    const { userId, passwordPrint, identity } = first;
    const signedIn = await this.signIn.signIn(origin, async () => {
      const user = await this.users.find(userId);
      if (!user || !hashOf(user.passwordHash).equals(passwordPrint)) throw challengeInvalid();
      const by = await this.codes.use(userId, code);
      if (!by) return undefined;
      if (!(await this.challenges.use(tokenHash))) throw challengeInvalid();
      if (identity) await this.identities.link(userId, identity);
      return { user, action: 'users.logged_in', by };
    });
    if (signedIn) return signedIn;
    await this.codes.recordFailure(userId, 'sign-in');
    throw codeInvalid();
  }
}

/** Of what is too random to be guessed backwards. */
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
