import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, Public, SignedIn, type Actor } from '@platform/auth';
import { NeverReplayed } from '@platform/http';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { PasswordChangesService } from './password-changes.service';
import { ChangePasswordRequest, ForgotPasswordRequest, ResetPasswordRequest } from './passwords.dto';

/** New passwords, for who knows the old one and for who does not. */
@ApiTags('Identity')
@Controller('auth/password')
export class PasswordsController {
  constructor(
    private readonly changes: PasswordChangesService,
    private readonly limits: AttemptLimits,
  ) {}

  /**
   * Ask for a mail to reset a password
   *
   * @remarks The answer and the work for it are the same whether or not there is such an account. At most five mails an
   * hour go to one account.
   * @throws {429} `rate_limited`: too many requests from this address.
   */
  @Public()
  @Post('forgot')
  @HttpCode(202)
  async forgotPassword(@Body() { email }: ForgotPasswordRequest, @Req() request: FastifyRequest): Promise<void> {
    await this.limits.countForgotten(request.ip);
    await this.changes.requestReset(email);
  }

  /**
   * Reset a password
   *
   * @remarks With the token of the mail, which is good for an hour, and once. All sessions of the account end, and failed
   * sign-ins count no longer.
   * @throws {422} `mail_token_invalid`: the token is unknown, has expired, or was used before.
   * @throws {429} `rate_limited`: too many wrong tokens from this address.
   */
  @Public()
  @Post('reset')
  @HttpCode(204)
  async resetPassword(
    @Body() { token, password }: ResetPasswordRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { email } = await this.limits.mailToken(request.ip, () => this.changes.reset(token, password));
    await this.limits.forgive(email);
  }

  /**
   * Change your password
   *
   * @remarks All other sessions end; this one stays.
   * @throws {401} `invalid_credentials`: that is not the present password.
   * @throws {429} `rate_limited`: too many wrong passwords for this account.
   */
  @ApiBearerAuth()
  @SignedIn()
  @NeverReplayed()
  @Post('change')
  @HttpCode(204)
  changePassword(@CurrentUser() user: Actor, @Body() body: ChangePasswordRequest): Promise<void> {
    return this.limits.ownPassword(user.id, () => this.changes.change(user, body.currentPassword, body.password));
  }
}
