import { SecretBox } from '@platform/encryption';
import { PasskeyAddress } from '../passkeys/passkey-address';
import { PasskeyCeremonies } from '../passkeys/passkey-ceremonies';
import { PasskeyChallengesRepository } from '../passkeys/passkey-challenges.repository';
import { PasskeyProofs } from '../passkeys/passkey-proofs';
import { PasskeySignInController } from '../passkeys/passkey-sign-in.controller';
import { PasskeySignInService } from '../passkeys/passkey-sign-in.service';
import { PasskeysController } from '../passkeys/passkeys.controller';
import { PasskeysRepository } from '../passkeys/passkeys.repository';
import { PasskeysService } from '../passkeys/passkeys.service';
import { PasswordProofs } from '../step-up/password-proofs';
import { StepUpController } from '../step-up/step-up.controller';
import { StepUpService } from '../step-up/step-up.service';
import { EnrolmentGate } from './enrolment-gate';
import { FactorChanges } from './factor-changes';
import { FactorCodes } from './factor-codes';
import { FactorGuesses } from './factor-guesses';
import { FactorsRepository } from './factors.repository';
import { FactorsService } from './factors.service';
import { MfaChallengesRepository } from './mfa-challenges.repository';
import { MfaController } from './mfa.controller';
import { RecoveryCodesRepository } from './recovery-codes.repository';
import { RecoveryCodesService } from './recovery-codes.service';
import { SecondStepService } from './second-step.service';
import { TotpRepository } from './totp.repository';
import { TotpService } from './totp.service';

/** Second factors, passkeys and step-up; part of UsersModule, as they need sessions and sessions need them. */
export const FACTOR_CONTROLLERS = [MfaController, PasskeysController, PasskeySignInController, StepUpController];

export const FACTOR_PROVIDERS = [
  EnrolmentGate,
  FactorChanges,
  FactorCodes,
  FactorGuesses,
  FactorsRepository,
  FactorsService,
  MfaChallengesRepository,
  PasskeyAddress,
  PasskeyCeremonies,
  PasskeyChallengesRepository,
  PasskeyProofs,
  PasskeySignInService,
  PasskeysRepository,
  PasskeysService,
  PasswordProofs,
  RecoveryCodesRepository,
  RecoveryCodesService,
  SecondStepService,
  SecretBox,
  StepUpService,
  TotpRepository,
  TotpService,
];
