import { Controller, Get, Header, HttpCode, Param, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiFoundResponse, ApiOkResponse, ApiTags, refs } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@platform/auth';
import { AnyQuery } from '@platform/http';
import { MfaRequiredResponse } from '../factors/mfa.dto';
import { RefreshCookie } from '../sessions/refresh-cookie';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { SignedInResponse } from '../sign-in/auth.dto';
import { originOf } from '../sign-in/origin';
import { OidcCookie } from './oidc-cookie';
import { OidcReturnPage } from './oidc-return-page';
import { OidcProvidersResponse } from './oidc.dto';
import { OidcService } from './oidc.service';

/** Signing in with an account at another provider, by OpenID Connect. Browsers are sent to the last two of them. */
@ApiTags('Identity')
@Public()
@Controller('auth/oidc')
export class OidcController {
  constructor(
    private readonly oidc: OidcService,
    private readonly limits: AttemptLimits,
    private readonly cookie: OidcCookie,
    private readonly refreshCookie: RefreshCookie,
    private readonly page: OidcReturnPage,
  ) {}

  /**
   * List the providers to sign in with
   *
   * @remarks Those of the setting `OIDC_PROVIDERS`; an empty list when there are none.
   */
  @Get('providers')
  listOidcProviders(): OidcProvidersResponse {
    return OidcProvidersResponse.from(this.oidc.list());
  }

  /**
   * Begin to sign in with a provider
   *
   * @remarks A page for browsers, which are sent on to the provider (code flow with PKCE). What has to be remembered goes
   * into a cookie for ten minutes.
   * @throws {404} There is no provider of that name; GET /auth/oidc/providers lists those that there are.
   * @throws {503} `unavailable`: the provider does not answer.
   */
  @Get(':name/start')
  @AnyQuery()
  @HttpCode(302)
  @ApiFoundResponse({ description: "The provider's page" })
  @Header('Cache-Control', 'no-store')
  async startOidcSignIn(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { address, cookie } = await this.oidc.begin(name);
    this.cookie.set(reply, cookie);
    void reply.header('Location', address);
  }

  /**
   * Come back from a provider
   *
   * @remarks The provider sends the browser here. Signs in as POST /auth/login does: with the refresh token in a cookie, or
   * with `{ mfaRequired: true, challengeToken }` for an account with a second factor. Who has not been here before gets the
   * account with the same e-mail address, if the provider has verified that, or a new one. With the setting
   * `OIDC_RETURN_URL` the answer is 303 to that page, which gets its access token from POST /auth/refresh, or finds
   * `#challengeToken=…` or `#error=<code>` in its address.
   * @throws {400} `oidc_state_invalid`: this browser has begun no such sign-in, or too long ago, or was here before.
   * @throws {401} `oidc_sign_in_failed`: the provider has not confirmed it.
   * @throws {403} `oidc_access_denied`, `oidc_email_unverified`, `oidc_second_factor_needed`, or `account_locked`.
   * @throws {404} There is no provider of that name.
   * @throws {409} `oidc_account_unverified`, `oidc_identity_taken`, or `email_taken`: the account can't be used this way.
   * @throws {503} `unavailable`: the provider does not answer.
   */
  @Get(':name/callback')
  @AnyQuery()
  @ApiExtraModels(SignedInResponse, MfaRequiredResponse)
  @ApiOkResponse({ schema: { oneOf: refs(SignedInResponse, MfaRequiredResponse) } })
  @Header('Cache-Control', 'no-store')
  finishOidcSignIn(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInResponse | MfaRequiredResponse | undefined> {
    return this.page.insteadOf(reply, async () => {
      const [, query = ''] = request.url.split(/\?(.*)/s);
      const returned = { query, cookie: this.cookie.take(request, reply) };
      const finish = () => this.oidc.finish(name, returned, originOf(request));
      const finished = await this.limits.oidc(request.ip, finish);
      if ('challengeToken' in finished) return MfaRequiredResponse.from(finished);
      this.refreshCookie.set(reply, finished.refreshToken);
      return SignedInResponse.from(finished);
    });
  }
}
