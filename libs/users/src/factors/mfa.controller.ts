import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentUser, Public, RequireStepUp, SignedIn, type Actor } from '@platform/auth';
import { NeverReplayed } from '@platform/http';
import { RefreshCookie } from '../sessions/refresh-cookie';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { SignedInResponse } from '../sign-in/auth.dto';
import { originOf } from '../sign-in/origin';
import { FactorsService } from './factors.service';
import {
  FactorsResponse,
  RecoveryCodesResponse,
  TotpCodeRequest,
  TotpEnrolmentResponse,
  VerifyMfaRequest,
} from './mfa.dto';
import { RecoveryCodesService } from './recovery-codes.service';
import { SecondStepService } from './second-step.service';
import { TotpService } from './totp.service';

/** Second factors: what stands between an account and who knows its password. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('auth/mfa')
export class MfaController {
  constructor(
    private readonly factors: FactorsService,
    private readonly totp: TotpService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly secondSteps: SecondStepService,
    private readonly limits: AttemptLimits,
    private readonly cookie: RefreshCookie,
  ) {}

  /**
   * Get your second factors
   *
   * @remarks Which there are, and how many recovery codes are left.
   */
  @Get()
  async getFactors(@CurrentUser() user: Actor): Promise<FactorsResponse> {
    return FactorsResponse.from(await this.factors.get(user.id));
  }

  /**
   * Begin with an authenticator app
   *
   * @remarks Gives the secret, which is shown this once (RFC 6238: SHA-1, 6 digits, 30 seconds). It counts when a first
   * code has confirmed it; until then this may be called again.
   * @throws {403} `step_up_required`: the session is older than 15 minutes, or there is a second factor already.
   * @throws {409} `totp_enrolled`: there is one; remove it first.
   */
  @Post('totp')
  @NeverReplayed()
  @Header('Cache-Control', 'no-store')
  async enrolTotp(@CurrentUser() user: Actor): Promise<TotpEnrolmentResponse> {
    return TotpEnrolmentResponse.from(await this.totp.enrol(user));
  }

  /**
   * Confirm the authenticator app
   *
   * @remarks From here on the password alone is not enough. The recovery codes are shown this once.
   * @throws {401} `code_invalid`: not the code of this moment.
   * @throws {409} `totp_not_begun`: POST /auth/mfa/totp comes first, at most 15 minutes before; or `totp_enrolled`: it is confirmed already.
   * @throws {403} `step_up_required`: the session is older than 15 minutes, or there is a second factor already.
   * @throws {429} `rate_limited`: too many wrong codes for this account.
   */
  @Post('totp/confirm')
  @HttpCode(200)
  @NeverReplayed()
  @Header('Cache-Control', 'no-store')
  async confirmTotp(@CurrentUser() user: Actor, @Body() { code }: TotpCodeRequest): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.totp.confirm(user, code) };
  }

  /**
   * Remove the authenticator app
   *
   * @remarks Without another factor the recovery codes go with it, and the password is enough again.
   * @throws {404} There is none.
   */
  @Delete('totp')
  @HttpCode(204)
  @RequireStepUp()
  async removeTotp(@CurrentUser() user: Actor): Promise<void> {
    await this.totp.remove(user.id);
  }

  /**
   * Get new recovery codes
   *
   * @remarks Those before stop working. Shown this once.
   * @throws {409} `second_factor_missing`: there is nothing that they would stand in for.
   */
  @Post('recovery-codes')
  @NeverReplayed()
  @RequireStepUp()
  @Header('Cache-Control', 'no-store')
  async renewRecoveryCodes(@CurrentUser() user: Actor): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.recoveryCodes.renew(user.id) };
  }

  /**
   * Sign in with the second factor
   *
   * @remarks The second step of POST /auth/login for accounts that have one. A code works once, whether of the app or a
   * recovery code. The refresh token is set as a cookie.
   * @throws {401} `code_invalid`; or `challenge_invalid`: expired, used, or guessed too often; sign in again.
   * @throws {429} `rate_limited`: too many wrong codes for this account or from this address.
   */
  @Public()
  @Post('verify')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async verifyMfa(
    @Body() { challengeToken, code }: VerifyMfaRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInResponse> {
    const verify = () => this.secondSteps.answer(challengeToken, code, originOf(request));
    const signedIn = await this.limits.secondStep(request.ip, verify);
    this.cookie.set(reply, signedIn.refreshToken);
    return SignedInResponse.from(signedIn);
  }
}
