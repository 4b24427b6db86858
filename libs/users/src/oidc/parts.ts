import { AccountReclaims } from './account-reclaims';
import { IdentitiesController } from './identities.controller';
import { IdentitiesRepository } from './identities.repository';
import { IdentitiesService } from './identities.service';
import { OidcAccounts } from './oidc-accounts';
import { OidcCookie } from './oidc-cookie';
import { OidcProviders } from './oidc-providers';
import { OidcReturnPage } from './oidc-return-page';
import { OidcReturnsRepository } from './oidc-returns.repository';
import { OidcTransactions } from './oidc-transactions';
import { OidcController } from './oidc.controller';
import { OidcService } from './oidc.service';

/** Signing in with other providers; part of UsersModule, as it opens the same sessions. */
export const OIDC_CONTROLLERS = [OidcController, IdentitiesController];

export const OIDC_PROVIDERS = [
  AccountReclaims,
  IdentitiesRepository,
  IdentitiesService,
  OidcAccounts,
  OidcCookie,
  OidcProviders,
  OidcReturnPage,
  OidcReturnsRepository,
  OidcService,
  OidcTransactions,
];
