import { Module } from '@nestjs/common';
import { BooksModule } from '@platform/books';
import { DatabaseModule } from '@platform/database';
import { DemoUsers } from './demo-users';
import { AccountsKeeper } from './erasure/accounts.keeper';
import { ApiKeysKeeper } from './erasure/api-keys.keeper';
import { AuditKeeper } from './erasure/audit.keeper';
import { IdentitiesKeeper } from './erasure/identities.keeper';
import { ProofsRepository } from './erasure/proofs.repository';
import { SessionsKeeper } from './erasure/sessions.keeper';
import { CreateUsers1763600001000 } from './migrations/1763600001000-create-users';
import { CreateSessions1763600001100 } from './migrations/1763600001100-create-sessions';
import { CreateMailTokens1763600001210 } from './migrations/1763600001210-create-mail-tokens';
import { EraseAccounts1763600001450 } from './migrations/1763600001450-erase-accounts';
import { IndexExpiryOfSessions1763700001900 } from './migrations/1763700001900-index-expiry-of-sessions';
import { AddLocks1763700001910 } from './migrations/1763700001910-add-locks';
import { CreateApiKeys1763700001920 } from './migrations/1763700001920-create-api-keys';
import { MailTokensRepository } from './mail-tokens/mail-tokens.repository';
import { CreateFactors1763700001930 } from './migrations/1763700001930-create-factors';
import { CreatePasskeys1763700001940 } from './migrations/1763700001940-create-passkeys';
import { CreateIdentities1763700001950 } from './migrations/1763700001950-create-identities';
import { MarkSessionsOfProviders1763700001970 } from './migrations/1763700001970-mark-sessions-of-providers';
import { Passwords } from './passwords/passwords';
import { Session } from './sessions/session.entity';
import { SessionsRepository } from './sessions/sessions.repository';
import { User } from './user.entity';
import { USERS_CHECKS } from './users.books';
import { UsersFacade } from './users.facade';
import { UsersRepository } from './users.repository';

/** The facade without routes or sign-in: for the worker, and for whatever else only asks about users. */
@Module({
  imports: [
    BooksModule.forModule(USERS_CHECKS),
    DatabaseModule.forModule({
      entities: [User, Session],
      migrations: [
        CreateUsers1763600001000,
        CreateSessions1763600001100,
        CreateMailTokens1763600001210,
        EraseAccounts1763600001450,
        IndexExpiryOfSessions1763700001900,
        AddLocks1763700001910,
        CreateApiKeys1763700001920,
        CreateFactors1763700001930,
        CreatePasskeys1763700001940,
        CreateIdentities1763700001950,
        MarkSessionsOfProviders1763700001970,
      ],
    }),
  ],
  providers: [
    AccountsKeeper,
    IdentitiesKeeper,
    SessionsKeeper,
    ApiKeysKeeper,
    AuditKeeper,
    ProofsRepository,
    UsersFacade,
    UsersRepository,
    SessionsRepository,
    MailTokensRepository,
    Passwords,
    DemoUsers,
  ],
  exports: [UsersFacade, UsersRepository, SessionsRepository, MailTokensRepository, Passwords, ProofsRepository],
})
export class UsersFacadeModule {}
