import { Module } from '@nestjs/common';
import { AdministrationController } from './administration/administration.controller';
import { AccountChangesService } from './administration/account-changes.service';
import { AccountLocksService } from './administration/account-locks.service';
import { UserListService } from './administration/user-list.service';
import { LastAdmin } from './administration/last-admin';
import { UserListRepository } from './administration/user-list.repository';
import { ApiKeysController } from './api-keys/api-keys.controller';
import { ApiKeysRepository } from './api-keys/api-keys.repository';
import { ApiKeysService } from './api-keys/api-keys.service';
import { EmailVerificationController } from './email-verification/email-verification.controller';
import { EmailVerificationService } from './email-verification/email-verification.service';
import { ExportController } from './export/export.controller';
import { ExportService } from './export/export.service';
import { MailPagesController } from './mail-pages/mail-pages.controller';
import { AccountAccess } from './passwords/account-access';
import { PasswordChangesService } from './passwords/password-changes.service';
import { PasswordsController } from './passwords/passwords.controller';
import { StaleFactors } from './passwords/stale-factors';
import { FACTOR_CONTROLLERS, FACTOR_PROVIDERS } from './factors/parts';
import { OIDC_CONTROLLERS, OIDC_PROVIDERS } from './oidc/parts';
import { RefreshCookie } from './sessions/refresh-cookie';
import { RefreshService } from './sessions/refresh.service';
import { RefreshTokensRepository } from './sessions/refresh-tokens.repository';
import { SessionsController } from './sessions/sessions.controller';
import { SessionsService } from './sessions/sessions.service';
import { AttemptLimits } from './sign-in/attempt-limits';
import { AuthController } from './sign-in/auth.controller';
import { LoginService } from './sign-in/login.service';
import { SignInService } from './sign-in/sign-in.service';
import { UsersController } from './users.controller';
import { UsersFacadeModule } from './users.facade.module';
import { UsersService } from './users.service';

/** Accounts, and how their owners sign in and stay signed in. */
@Module({
  imports: [UsersFacadeModule],
  controllers: [
    AuthController,
    EmailVerificationController,
    PasswordsController,
    SessionsController,
    UsersController,
    ExportController,
    MailPagesController,
    AdministrationController,
    ApiKeysController,
    ...FACTOR_CONTROLLERS,
    ...OIDC_CONTROLLERS,
  ],
  providers: [
    ExportService,
    UsersService,
    ApiKeysService,
    ApiKeysRepository,
    AccountChangesService,
    AccountLocksService,
    UserListService,
    UserListRepository,
    LastAdmin,
    SignInService,
    LoginService,
    AttemptLimits,
    EmailVerificationService,
    AccountAccess,
    PasswordChangesService,
    StaleFactors,
    SessionsService,
    RefreshService,
    RefreshTokensRepository,
    RefreshCookie,
    ...FACTOR_PROVIDERS,
    ...OIDC_PROVIDERS,
  ],
  exports: [UsersFacadeModule],
})
export class UsersModule {}
