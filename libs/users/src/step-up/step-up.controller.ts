import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, SignedIn, type Actor } from '@platform/auth';
import { NeverReplayed } from '@platform/http';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { StepUpRequest } from './step-up.dto';
import { StepUpService } from './step-up.service';

/** Proving again who one is. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('auth/step-up')
export class StepUpController {
  constructor(
    private readonly stepUps: StepUpService,
    private readonly limits: AttemptLimits,
  ) {}

  /**
   * Prove again who you are
   *
   * @remarks Opens five minutes on this session for what answers 403 `step_up_required`.
   * @throws {401} `invalid_credentials`: not your password.
   * @throws {429} `rate_limited`: too many failed attempts.
   */
  @Post()
  @HttpCode(204)
  @NeverReplayed()
  async stepUp(
    @CurrentUser() user: Actor,
    @Body() { password }: StepUpRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.limits.stepUp(request.ip, user.id, () => this.stepUps.byPassword(user, password));
  }
}
