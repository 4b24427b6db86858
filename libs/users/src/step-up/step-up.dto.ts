import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsString, MaxLength, ValidateIf, ValidateNested } from 'class-validator';
import { IsText } from '@platform/http';
import { MAX_CODE_LENGTH } from '../factors/mfa.dto';
import { PasskeyAssertionDto } from '../passkeys/passkeys.dto';
import { MAX_PASSWORD_LENGTH } from '../passwords/password.rules';
import { MAX_PASSWORD_UNITS } from '../passwords/password.rules';

const MayBeAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

/** A proof that it is still the same person: one of these, and only one. */
export class StepUpRequest {
  /** The account's password, for an account without a second factor */
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, required: false, example: 'countinghouse-demo' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  password?: string;

  /** Six digits of the authenticator app, or a recovery code */
  @ApiProperty({ minLength: 1, maxLength: MAX_CODE_LENGTH, required: false, example: '123456' })
  @MayBeAbsent()
  @IsText({ max: MAX_CODE_LENGTH })
  code?: string;

  /** `credential.toJSON()` of navigator.credentials.get(), for options of POST /auth/passkey-options/step-up */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => PasskeyAssertionDto)
  passkey?: PasskeyAssertionDto;
}
