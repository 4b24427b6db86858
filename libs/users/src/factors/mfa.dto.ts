import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';
import { IsText } from '@platform/http';
import type { Factors, FactorMethod } from './factors.repository';
import { methodsOf } from './factors.repository';
import { RECOVERY_CODES } from './recovery-code.rules';
import type { SecondStep } from './second-step.service';
import type { TotpEnrolment } from './totp.service';

const CHALLENGE = '^[A-Za-z0-9_-]{43}$'; // 32 bytes in base64url
const METHODS = ['totp', 'passkey', 'recovery_code'];
const RECOVERY_CODE = '^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$';

/** The longest of what is taken as a code: a recovery code with spaces in it. */
export const MAX_CODE_LENGTH = 40;

/** Which second factors there are. */
export class FactorsResponse {
  /** Whether the password alone is not enough */
  enabled: boolean;

  /** How a second factor can be shown */
  @ApiProperty({ enum: METHODS, isArray: true, maxItems: METHODS.length, example: ['totp', 'recovery_code'] })
  methods: FactorMethod[];

  /** When an authenticator app was confirmed; null without one */
  totpConfirmedAt: Date | null;

  /** How many passkeys are registered */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, example: 1 })
  passkeys: number;

  /** How many recovery codes have not been used */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: RECOVERY_CODES, example: RECOVERY_CODES })
  recoveryCodesLeft: number;

  static from(factors: Factors): FactorsResponse {
    const { totpConfirmedAt, passkeys, recoveryCodesLeft } = factors;
    const methods = methodsOf(factors);
    return { enabled: methods.length > 0, methods, totpConfirmedAt, passkeys, recoveryCodesLeft };
  }
}

/** What an authenticator app needs; shown this once. */
export class TotpEnrolmentResponse {
  /** The shared secret, for typing, in base 32 */
  @ApiProperty({ pattern: '^[A-Z2-7]{32}$', maxLength: 32, example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' })
  secret: string;

  /** The same, as authenticator apps read it */
  @ApiProperty({
    format: 'uri',
    maxLength: 1_000,
    example: 'otpauth://totp/Countinghouse:grace%40example.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  })
  otpauthUri: string;

  /** The same as a QR code: a PNG in a data URI */
  @ApiProperty({ format: 'uri', maxLength: 20_000, example: 'data:image/png;base64,iVBORw0KGgo=' })
  qrCode: string;

  static from({ secret, otpauthUri, qrCode }: TotpEnrolment): TotpEnrolmentResponse {
    return { secret, otpauthUri, qrCode };
  }
}

/** A code of an authenticator app. */
export class TotpCodeRequest {
  /** Six digits, as the app shows them now */
  @ApiProperty({ pattern: '^\\d{6}$', minLength: 6, maxLength: 6, example: '123456' })
  @IsString()
  @Matches(/^\d{6}$/)
  code: string;
}

/** Codes to write down; shown this once. */
export class RecoveryCodesResponse {
  /** Each works once, in place of a code of the app */
  @ApiProperty({
    type: [String],
    minItems: RECOVERY_CODES,
    maxItems: RECOVERY_CODES,
    items: { type: 'string', pattern: RECOVERY_CODE, maxLength: 19 },
    example: Array<string>(RECOVERY_CODES).fill('7Q2M-X04K-9DVA-E5T8'),
  })
  recoveryCodes: string[];
}

/** The password was right; now the second factor. */
export class MfaRequiredResponse {
  /** Always true: nobody is signed in yet */
  @ApiProperty({ enum: [true], example: true })
  mfaRequired: true;

  /** For POST /auth/mfa/verify; good once, for five minutes and five codes, and for nothing else */
  @ApiProperty({ pattern: CHALLENGE, maxLength: 43 })
  challengeToken: string;

  /** What the account has; with a passkey one signs in at once, without the token */
  @ApiProperty({ enum: METHODS, isArray: true, maxItems: METHODS.length, example: ['totp', 'recovery_code'] })
  methods: FactorMethod[];

  static from({ challengeToken, methods }: SecondStep): MfaRequiredResponse {
    return { mfaRequired: true, challengeToken, methods };
  }
}

/** The second step of signing in. */
export class VerifyMfaRequest {
  /** As POST /auth/login has given it */
  @ApiProperty({ pattern: CHALLENGE, maxLength: 43, example: 'fJ0mTn2v1nqGLpZ4p0W7l1t0t5yq3S8cQ9rB6xkVdUe' })
  @IsString()
  @Matches(new RegExp(CHALLENGE))
  challengeToken: string;

  /** Six digits of the authenticator app, or a recovery code */
  @ApiProperty({ minLength: 1, maxLength: MAX_CODE_LENGTH, example: '123456' })
  @IsText({ max: MAX_CODE_LENGTH })
  code: string;
}
