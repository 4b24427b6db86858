import { Injectable } from '@nestjs/common';
import { SecondStepService, type SecondStep } from '../factors/second-step.service';
import type { Origin } from '../sessions/session.types';
import { SignInService, type SignedInUser } from './sign-in.service';

/** Signing in with a password: enough by itself, or the first of two steps. */
@Injectable()
export class LoginService {
  constructor(
    private readonly signIn: SignInService,
    private readonly secondSteps: SecondStepService,
  ) {}

  /** @throws AppError `invalid_credentials`, after the same work whether or not there is such an account */
  async login(email: string, password: string, origin: Origin): Promise<SignedInUser | SecondStep> {
    const user = await this.signIn.identify(email, password);
    return (await this.secondSteps.ask(user)) ?? this.signIn.open(user, origin);
  }
}
