import { Body, Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, SignedIn, type Actor } from '@platform/auth';
import { NeverReplayed } from '@platform/http';
import { PasskeyOptionsResponse } from '../passkeys/passkeys.dto';
import { PasskeysService } from '../passkeys/passkeys.service';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { StepUpRequest } from './step-up.dto';
import { StepUpService } from './step-up.service';

/** Proving again who one is. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('auth')
export class StepUpController {
  constructor(
    private readonly stepUps: StepUpService,
    private readonly passkeys: PasskeysService,
    private readonly limits: AttemptLimits,
  ) {}

  /**
   * Prove again who you are
   *
   * @remarks Opens five minutes on this session for what answers 403 `step_up_required`. An account without a second
   * factor shows its password, one with a second factor shows that: a code, a recovery code or a passkey.
   * @throws {401} `invalid_credentials`, `code_invalid` or `passkey_invalid`: the proof does not hold.
   * @throws {403} `second_factor_required`: this account has one, so the password is not enough.
   * @throws {429} `rate_limited`: too many failed attempts.
   */
  @Post('step-up')
  @HttpCode(204)
  @NeverReplayed()
  async stepUp(@CurrentUser() user: Actor, @Body() body: StepUpRequest, @Req() request: FastifyRequest): Promise<void> {
    await this.limits.stepUp(request.ip, user.id, () => this.stepUps.prove(user, body));
  }

  /**
   * Get options for a step-up with a passkey
   *
   * @remarks For `navigator.credentials.get()`. Good for one answer, within five minutes, in this session.
   * @throws {409} `second_factor_missing`: you have no passkey.
   */
  @Post('passkey-options/step-up')
  @HttpCode(200)
  @NeverReplayed()
  @Header('Cache-Control', 'no-store')
  async getStepUpPasskeyOptions(@CurrentUser() user: Actor): Promise<PasskeyOptionsResponse> {
    return { publicKey: await this.passkeys.beginStepUp(user) };
  }
}
