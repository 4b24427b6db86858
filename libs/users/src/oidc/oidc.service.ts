import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { UnitOfWork } from '@platform/database';
import type { SecondStep } from '../factors/second-step.service';
import type { Origin } from '../sessions/session.types';
import { AttemptLimits } from '../sign-in/attempt-limits';
import type { SignedInUser } from '../sign-in/sign-in.service';
import { OidcAccounts } from './oidc-accounts';
import { OidcProviders } from './oidc-providers';
import { OidcReturnsRepository } from './oidc-returns.repository';
import { OidcTransactions } from './oidc-transactions';
import { oidcStateInvalid } from './oidc.errors';

/** What a browser brings back from a provider. */
export interface OidcReturn {
  /** What the provider has sent along, as it stood in the address. */
  query: string;
  /** What the browser kept. */
  cookie: string | undefined;
}

/** A provider, for the button that leads to it. */
export interface OfferedProvider {
  name: string;
  label: string;
  startUrl: string;
}

/** Signing in with an account at another provider (OpenID Connect). */
@Injectable()
export class OidcService {
  constructor(
    private readonly providers: OidcProviders,
    private readonly accounts: OidcAccounts,
    private readonly transactions: OidcTransactions,
    private readonly returns: OidcReturnsRepository,
    private readonly limits: AttemptLimits,
    private readonly config: Config,
    private readonly uow: UnitOfWork,
  ) {}

  list(): OfferedProvider[] {
    return this.config.get('OIDC_PROVIDERS').map(({ name, label = name }) => {
      return { name, label, startUrl: this.addressOf(name, 'start').href };
    });
  }

  /** @returns where the browser goes, and what it has to keep meanwhile */
  async begin(provider: string): Promise<{ address: string; cookie: string }> {
    const transaction = this.transactions.begin();
    const address = await this.providers.addressFor(provider, this.addressOf(provider, 'callback'), transaction);
    return { address, cookie: this.transactions.seal(transaction, provider, Date.now()) };
  }

  /**
   * A return counts once, whatever comes of it: what follows could not be told from somebody else's second use.
   * @throws AppError `oidc_state_invalid`, and what the provider and the account have against it
   */
  async finish(provider: string, { query, cookie }: OidcReturn, origin: Origin): Promise<SignedInUser | SecondStep> {
    this.uow.forbidActive('OidcService.finish');
    this.providers.settingsOf(provider);
    const transaction = this.transactions.open(cookie, provider, Date.now());
    const callback = this.addressOf(provider, 'callback');
    callback.search = query;
    if (!transaction || callback.searchParams.get('state') !== transaction.state) throw oidcStateInvalid();
    if (!(await this.returns.use(transaction.state))) throw oidcStateInvalid();
    const login = await this.providers.loginOf(provider, callback, transaction);
    if (await this.accounts.isNew(login)) await this.limits.countRegistration(origin.address);
    return this.accounts.enter(provider, login, origin);
  }

  /** Put together from the settings alone: nothing that a request says decides where a browser or a code goes. */
  private addressOf(provider: string, page: 'start' | 'callback'): URL {
    return new URL(`${this.config.publicUrl}/api/v1/auth/oidc/${provider}/${page}`);
  }
}
