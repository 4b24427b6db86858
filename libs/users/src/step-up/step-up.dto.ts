import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { MAX_PASSWORD_LENGTH } from '../passwords/password.rules';
import { MAX_PASSWORD_UNITS } from '../passwords/password.rules';

/** A proof that it is still the same person. */
export class StepUpRequest {
  /** The account's password */
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'countinghouse-demo' })
  @IsString()
  @MaxLength(MAX_PASSWORD_UNITS)
  password: string;
}
