import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';
import { MAIL_TOKEN } from '../mail-tokens/mail-token.rules';

/** Proof that a mail has arrived. */
export class VerifyEmailRequest {
  /** The token in the mail's link */
  @ApiProperty({
    pattern: MAIL_TOKEN.source,
    minLength: 43,
    maxLength: 43,
    example: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  })
  @IsString()
  @Matches(MAIL_TOKEN)
  token: string;
}
