import { Module } from '@nestjs/common';
import { RefreshCookie } from './sessions/refresh-cookie';
import { RefreshService } from './sessions/refresh.service';
import { RefreshTokensRepository } from './sessions/refresh-tokens.repository';
import { SessionsController } from './sessions/sessions.controller';
import { SessionsRepository } from './sessions/sessions.repository';
import { SessionsService } from './sessions/sessions.service';
import { AttemptLimits } from './sign-in/attempt-limits';
import { AuthController } from './sign-in/auth.controller';
import { SignInService } from './sign-in/sign-in.service';
import { StepUpController } from './step-up/step-up.controller';
import { StepUpService } from './step-up/step-up.service';
import { UsersController } from './users.controller';
import { UsersFacadeModule } from './users.facade.module';
import { UsersService } from './users.service';

/** Accounts, and how their owners sign in and stay signed in. */
@Module({
  imports: [UsersFacadeModule],
  controllers: [AuthController, SessionsController, StepUpController, UsersController],
  providers: [
    UsersService,
    SignInService,
    AttemptLimits,
    SessionsService,
    SessionsRepository,
    RefreshService,
    RefreshTokensRepository,
    RefreshCookie,
    StepUpService,
  ],
  exports: [UsersFacadeModule],
})
export class UsersModule {}
