import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { VerifyEmailRequest } from '../email-verification/email-verification.dto';
import { IsEmailAddress, MAX_EMAIL_LENGTH } from '../sign-in/email.decorator';
import { MAX_PASSWORD_LENGTH, MAX_PASSWORD_UNITS } from './password.rules';

const CHOSEN = {
  format: 'password',
  minLength: 12,
  maxLength: MAX_PASSWORD_LENGTH,
  example: 'correct horse battery staple',
};

/** Whose password is forgotten. */
export class ForgotPasswordRequest {
  /** The address of the account */
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL_LENGTH, example: 'customer@demo.test' })
  @IsEmailAddress()
  email: string;
}

/** A new password, with the proof of the mail. */
export class ResetPasswordRequest extends VerifyEmailRequest {
  /** The new password, under the same rules as at registration */
  @ApiProperty(CHOSEN)
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  password: string;
}

/** A new password in place of the present one. */
export class ChangePasswordRequest {
  /** The present password */
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'countinghouse-demo' })
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  currentPassword: string;

  /** The new password, under the same rules as at registration */
  @ApiProperty(CHOSEN)
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  password: string;
}
