import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { ACCESS_TOKEN_SECONDS } from '@platform/auth';
import { MAX_PASSWORD_LENGTH, MAX_PASSWORD_UNITS } from '../passwords/password.rules';
import { IsPersonName } from '../person-name.decorator';
import type { Tokens } from '../sessions/session.types';
import { UserResponse } from '../users.dto';
import { IsEmailAddress, MAX_EMAIL_LENGTH } from './email.decorator';
import type { SignedInUser } from './sign-in.service';

/** Twice what is possible with the largest keys (RSA, 8,192 bits: 1,366 characters of signature). */
const MAX_TOKEN_LENGTH = 4_096;

/** A new account */
export class RegisterRequest {
  /** Signs in; one account each, whatever the case of its letters */
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL_LENGTH, example: 'grace@example.test' })
  @IsEmailAddress()
  email: string;

  /** Any characters, spaces too; none of the well-known leaked passwords, nor your name or e-mail in it */
  @ApiProperty({
    format: 'password',
    minLength: 12,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'correct horse battery staple',
  })
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  password: string;

  /** Given name */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Grace' })
  @IsPersonName()
  firstName: string;

  /** Family name */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Hopper' })
  @IsPersonName()
  lastName: string;
}

/** Who signs in */
export class LoginRequest {
  /** The address of the account */
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL_LENGTH, example: 'customer@demo.test' })
  @IsEmailAddress()
  email: string;

  /** Its password */
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'countinghouse-demo' })
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  password: string;
}

/** An access token. */
export class AccessTokenResponse {
  /** Send it as `Authorization: Bearer …` */
  @ApiProperty({ pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$', maxLength: MAX_TOKEN_LENGTH })
  accessToken: string;

  /** How to send it */
  @ApiProperty({ enum: ['Bearer'] })
  tokenType: 'Bearer';

  /** Seconds for which the access token is good; then refresh it */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: ACCESS_TOKEN_SECONDS, example: ACCESS_TOKEN_SECONDS })
  expiresIn: number;

  static of({ accessToken }: Tokens): AccessTokenResponse {
    return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS };
  }
}

/** An account, and the access token to use it. */
export class SignedInResponse extends AccessTokenResponse {
  /** Who is signed in now */
  user: UserResponse;

  static from(signedIn: SignedInUser): SignedInResponse {
    return { user: UserResponse.from(signedIn.user), ...AccessTokenResponse.of(signedIn) };
  }
}
