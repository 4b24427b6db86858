import { Body, Controller, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, refs } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentUser, Public, SignedIn, type Actor } from '@platform/auth';
import { RefreshCookie } from '../sessions/refresh-cookie';
import { RefreshService } from '../sessions/refresh.service';
import { SessionsService } from '../sessions/sessions.service';
import { AttemptLimits } from './attempt-limits';
import { MfaRequiredResponse } from '../factors/mfa.dto';
import { AccessTokenResponse, LoginRequest, RegisterRequest, SignedInResponse } from './auth.dto';
import { LoginService } from './login.service';
import { originOf } from './origin';
import { SignInService } from './sign-in.service';

/** Getting in, staying in, getting out. The refresh token travels in its cookie only. */
@ApiTags('Identity')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly signIn: SignInService,
    private readonly logins: LoginService,
    private readonly refreshing: RefreshService,
    private readonly sessions: SessionsService,
    private readonly limits: AttemptLimits,
    private readonly cookie: RefreshCookie,
  ) {}

  /**
   * Register an account
   *
   * @remarks Also signs in: the refresh token is set as a cookie.
   * @throws {409} `email_taken`: there is an account with this e-mail already.
   * @throws {429} `rate_limited`: too many registrations from this address.
   */
  @Public()
  @Post('register')
  @Header('Cache-Control', 'no-store')
  async registerUser(
    @Body() body: RegisterRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInResponse> {
    await this.limits.countRegistration(request.ip);
    const signedIn = await this.signIn.register(body, originOf(request));
    this.cookie.set(reply, signedIn.refreshToken);
    return SignedInResponse.from(signedIn);
  }

  /**
   * Sign in
   *
   * @remarks The refresh token is set as a cookie. For an account with a second factor the answer is
   * `{ mfaRequired: true, challengeToken }` instead, and nobody is signed in before POST /auth/mfa/verify.
   * @throws {401} `invalid_credentials`: no such account, or not its password.
   * @throws {403} `account_locked`: an administrator has locked the account.
   * @throws {429} `rate_limited`: too many failed sign-ins from this address or for this e-mail.
   */
  @Public()
  @Post('login')
  @ApiExtraModels(SignedInResponse, MfaRequiredResponse)
  @ApiOkResponse({ schema: { oneOf: refs(SignedInResponse, MfaRequiredResponse) } })
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async loginUser(
    @Body() { email, password }: LoginRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInResponse | MfaRequiredResponse> {
    const login = () => this.logins.login(email, password, originOf(request));
    const signedIn = await this.limits.login(request.ip, email, login);
    if ('challengeToken' in signedIn) return MfaRequiredResponse.from(signedIn);
    this.cookie.set(reply, signedIn.refreshToken);
    return SignedInResponse.from(signedIn);
  }

  /**
   * Get a new access token
   *
   * @remarks Takes the refresh token from its cookie and sets the next one. A retry within 10 seconds gets the same
   * one again while that is unused; any other second use ends the session.
   * @throws {401} `refresh_token_invalid`, or `refresh_token_reused`, which also ends the session.
   * @throws {403} `forbidden`: a page of another site is asking.
   */
  @Public()
  @Post('refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async refreshSession(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccessTokenResponse> {
    const shown = this.cookie.read(request);
    const tokens = await this.limits.refresh(request.ip, () => this.refreshing.refresh(shown, request.ip));
    this.cookie.set(reply, tokens.refreshToken);
    return AccessTokenResponse.of(tokens);
  }

  /**
   * Sign out
   *
   * @remarks Ends the session of the access token, of the cookie, or of both; their tokens stop working at once.
   * @throws {401} Neither an access token nor a refresh token was sent.
   */
  @Public()
  @Post('logout')
  @HttpCode(204)
  async logoutUser(
    @CurrentUser() user: Actor | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.signOut(user?.sessionId, this.cookie.read(request));
    this.cookie.clear(reply);
  }

  /**
   * Sign out everywhere
   *
   * @remarks Ends all your sessions, this one too.
   */
  @SignedIn()
  @Post('logout-all')
  @HttpCode(204)
  async logoutEverywhere(@CurrentUser() user: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.endAll(user.id);
    this.cookie.clear(reply);
  }
}
