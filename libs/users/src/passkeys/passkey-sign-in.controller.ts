import { Body, Controller, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@platform/auth';
import { RefreshCookie } from '../sessions/refresh-cookie';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { SignedInResponse } from '../sign-in/auth.dto';
import { originOf } from '../sign-in/origin';
import { PasskeySignInService } from './passkey-sign-in.service';
import { PasskeyOptionsResponse, PasskeySignInRequest } from './passkeys.dto';

/** Signing in without a password. */
@ApiTags('Identity')
@Controller('auth')
export class PasskeySignInController {
  constructor(
    private readonly passkeys: PasskeySignInService,
    private readonly limits: AttemptLimits,
    private readonly cookie: RefreshCookie,
  ) {}

  /**
   * Get options to sign in with a passkey
   *
   * @remarks For `navigator.credentials.get()`. The same for everybody; good for one answer, within five minutes.
   */
  @Public()
  @Post('passkey-options/sign-in')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async getPasskeySignInOptions(): Promise<PasskeyOptionsResponse> {
    return { publicKey: await this.passkeys.begin() };
  }

  /**
   * Sign in with a passkey
   *
   * @remarks Takes the place of e-mail, password and second factor. The refresh token is set as a cookie.
   * @throws {401} `passkey_invalid`: not one of ours, not its signature, not for this moment.
   * @throws {429} `rate_limited`: too many failed sign-ins from this address.
   */
  @Public()
  @Post('login/passkey')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async signInWithPasskey(
    @Body() { credential }: PasskeySignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInResponse> {
    const signIn = () => this.passkeys.finish(credential, originOf(request));
    const signedIn = await this.limits.passkey(request.ip, signIn);
    this.cookie.set(reply, signedIn.refreshToken);
    return SignedInResponse.from(signedIn);
  }
}
