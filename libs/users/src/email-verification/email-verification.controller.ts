import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, Public, SignedIn, type Actor } from '@platform/auth';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { VerifyEmailRequest } from './email-verification.dto';
import { EmailVerificationService } from './email-verification.service';

/** Proving that an e-mail address is one's own. */
@ApiTags('Identity')
@Controller('auth/email')
export class EmailVerificationController {
  constructor(
    private readonly verification: EmailVerificationService,
    private readonly limits: AttemptLimits,
  ) {}

  /**
   * Verify an e-mail address
   *
   * @remarks With the token of the mail that follows a registration. A token is good for three days, and once.
   * @throws {422} `mail_token_invalid`: the token is unknown, has expired, or was used before.
   * @throws {429} `rate_limited`: too many wrong tokens from this address.
   */
  @Public()
  @Post('verify')
  @HttpCode(204)
  verifyEmail(@Body() { token }: VerifyEmailRequest, @Req() request: FastifyRequest): Promise<void> {
    return this.limits.mailToken(request.ip, () => this.verification.verify(token));
  }

  /**
   * Send the verification mail again
   *
   * @remarks At most five an hour; beyond that the answer is the same, and no mail is sent.
   * @throws {409} `email_already_verified`
   */
  @ApiBearerAuth()
  @SignedIn()
  @Post('resend')
  @HttpCode(202)
  resendVerification(@CurrentUser() user: Actor): Promise<void> {
    return this.verification.resend(user.id);
  }
}
