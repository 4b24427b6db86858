import { Body, Controller, Delete, Get, Header, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequireStepUp, SignedIn, type Actor } from '@platform/auth';
import { NeverReplayed, PageQuery, UuidParam } from '@platform/http';
import {
  PasskeyOptionsResponse,
  PasskeyPage,
  PasskeyResponse,
  RegisteredPasskeyResponse,
  RegisterPasskeyRequest,
  RenamePasskeyRequest,
} from './passkeys.dto';
import { PasskeysService } from './passkeys.service';

/** One's own passkeys. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('auth')
export class PasskeysController {
  constructor(private readonly passkeys: PasskeysService) {}

  /**
   * Get options to register a passkey
   *
   * @remarks For `navigator.credentials.create()`. Good for one answer, within five minutes, in this session.
   * @throws {403} `step_up_required`: the session is older than 15 minutes, or there is a second factor already.
   * @throws {409} `too_many_passkeys`: an account has at most 20.
   */
  @Post('passkey-options/registration')
  @HttpCode(200)
  @NeverReplayed()
  @Header('Cache-Control', 'no-store')
  async getPasskeyRegistrationOptions(@CurrentUser() user: Actor): Promise<PasskeyOptionsResponse> {
    return { publicKey: await this.passkeys.begin(user) };
  }

  /**
   * Register a passkey
   *
   * @remarks It signs in without a password, and is asked for in a step-up. The first factor of an account brings
   * recovery codes, which are shown this once.
   * @throws {403} `step_up_required`: the session is older than 15 minutes, or there is a second factor already.
   * @throws {409} `passkey_registered`: it is registered already; or `too_many_passkeys`.
   * @throws {422} `passkey_refused`: it does not belong to the options, or came too late.
   */
  @Post('passkeys')
  @NeverReplayed()
  @Header('Cache-Control', 'no-store')
  async registerPasskey(
    @CurrentUser() user: Actor,
    @Body() { name, credential }: RegisterPasskeyRequest,
  ): Promise<RegisteredPasskeyResponse> {
    return RegisteredPasskeyResponse.of(await this.passkeys.register(user, name, credential));
  }

  /**
   * List your passkeys
   *
   * @remarks Newest first; also those that are out of use because a copy of them had shown up.
   */
  @Get('passkeys')
  async listPasskeys(@CurrentUser() user: Actor, @Query() { limit, cursor }: PageQuery): Promise<PasskeyPage> {
    const { data, page } = await this.passkeys.list(user.id, limit, cursor);
    return { data: data.map((passkey) => PasskeyResponse.from(passkey)), page };
  }

  /**
   * Rename a passkey
   *
   * @throws {404} You have no such passkey.
   */
  @Patch('passkeys/:id')
  async renamePasskey(
    @CurrentUser() user: Actor,
    @UuidParam('id', 'passkey') id: string,
    @Body() { name }: RenamePasskeyRequest,
  ): Promise<PasskeyResponse> {
    return PasskeyResponse.from(await this.passkeys.rename(user.id, id, name));
  }

  /**
   * Remove a passkey
   *
   * @remarks With the last factor the recovery codes go too, and the password is enough again.
   * @throws {404} You have no such passkey.
   */
  @Delete('passkeys/:id')
  @HttpCode(204)
  @RequireStepUp()
  async removePasskey(@CurrentUser() user: Actor, @UuidParam('id', 'passkey') id: string): Promise<void> {
    await this.passkeys.remove(user.id, id);
  }
}
