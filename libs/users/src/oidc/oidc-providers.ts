import { Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import { Config } from '@platform/config';
import { Log } from '@platform/observability';
import type { OidcClaims } from './oidc-person';
import { explainOidcFailure, nameOfFailure, providerAway } from './oidc-failures';
import type { OidcTransaction } from './oidc-transactions';
import { oidcProviderNotFound } from './oidc.errors';

/** How long what a provider says of itself counts, in milliseconds. */
const KNOWN_FOR_MS = 3_600_000;

/** What a provider says of itself, and until when that counts. */
interface Discovered {
  configuration: Promise<client.Configuration>;
  endsAt: number;
}

/** Who has signed in at a provider. */
export interface OidcLogin {
  issuer: string;
  claims: OidcClaims;
}

/** Without a secret PKCE is all there is; else Basic, unless the provider names other ways only (OpenID Connect Discovery, 3). */
const authenticateWith =
  (secret: string | undefined): client.ClientAuth =>
  (server, ...rest) => {
    if (secret === undefined) return client.None()(server, ...rest);
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const method = methods.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost;
    return method(secret)(server, ...rest);
  };

/** The providers in the settings. Their addresses and keys are asked for at the first sign-in, and again after a failure. */
@Injectable()
export class OidcProviders {
  private readonly discovered = new Map<string, Discovered>();

  constructor(
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** Where to send the browser (code flow, PKCE S256). @throws AppError `not_found`, `unavailable` */
  async addressFor(name: string, redirectUri: URL, { state, nonce, verifier }: OidcTransaction): Promise<string> {
    const { scopes } = this.settingsOf(name);
    const url = client.buildAuthorizationUrl(await this.discover(name), {
      ...{ redirect_uri: redirectUri.href, scope: scopes, state, nonce, code_challenge_method: 'S256' },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
    });
    return url.href;
  }

  /**
   * Exchanges the code in the address that the browser came back to. Checked are state and issuer of the answer (RFC 9207),
   * and signature, issuer, audience, nonce and times of the ID token.
   * @throws AppError `oidc_sign_in_failed`, `oidc_access_denied`, `unavailable`
   */
  async loginOf(name: string, callback: URL, { state, nonce, verifier }: OidcTransaction): Promise<OidcLogin> {
    const configuration = await this.discover(name);
    try {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
      const { issuer, userinfo_endpoint: userInfo } = configuration.serverMetadata();
      const idToken: OidcClaims = { ...tokens.claims() };
      const isEnough = ('email' in idToken && 'email_verified' in idToken) || userInfo === undefined;
      const subject = String(idToken['sub']);
      const claims = isEnough ? idToken : await client.fetchUserInfo(configuration, tokens.access_token, subject);
      return { issuer, claims };
    } catch (error) {
      this.log.warn('users.oidc.refused', { provider: name, error: nameOfFailure(error) });
      throw explainOidcFailure(error);
    }
  }

  /** @throws AppError `not_found` when there is no provider of that name */
  settingsOf(name: string) {
    const settings = this.config.get('OIDC_PROVIDERS').find((provider) => provider.name === name);
    if (!settings) throw oidcProviderNotFound();
    return settings;
  }

  private async discover(name: string): Promise<client.Configuration> {
    const known = this.discovered.get(name);
    if (known && known.endsAt > Date.now()) return known.configuration;
    const configuration = this.ask(name);
    this.discovered.set(name, { configuration, endsAt: Date.now() + KNOWN_FOR_MS });
    try {
      return await configuration;
    } catch (error) {
      this.discovered.delete(name);
      this.log.warn('users.oidc.discovery_failed', { provider: name, error: nameOfFailure(error) });
      throw providerAway();
    }
  }

  /** The ID token's signature is checked even though it comes from the provider itself: where http is allowed TLS does not. */
  private ask(name: string): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settingsOf(name);
    const server = new URL(issuer);
    const execute = [client.enableNonRepudiationChecks];
    if (server.protocol === 'http:') execute.push(client.allowInsecureRequests); // the settings allow it on loopback only
    const options = { execute, timeout: this.config.get('OIDC_TIMEOUT') };
    return client.discovery(server, clientId, undefined, authenticateWith(clientSecret), options);
  }
}
