import { Controller, Delete, Get, HttpCode, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequireStepUp, SignedIn, type Actor } from '@platform/auth';
import { PageQuery, UuidParam } from '@platform/http';
import { IdentitiesService } from './identities.service';
import { IdentityPage, IdentityResponse } from './oidc.dto';

/** Which accounts at other providers open one's own. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('auth/identities')
export class IdentitiesController {
  constructor(private readonly identities: IdentitiesService) {}

  /**
   * List your linked identities
   *
   * @remarks Newest first; at most one of each provider. One is linked by signing in with it.
   */
  @Get()
  async listIdentities(@CurrentUser() user: Actor, @Query() { limit, cursor }: PageQuery): Promise<IdentityPage> {
    const { data, page } = await this.identities.list(user.id, limit, cursor);
    return { data: data.map((identity) => IdentityResponse.from(identity)), page };
  }

  /**
   * Unlink an identity
   *
   * @remarks It opens your account no longer, until somebody signs in with it who has your e-mail address there. An account
   * without a password gets one by POST /auth/password/forgot.
   * @throws {404} You have no such identity.
   */
  @Delete(':id')
  @HttpCode(204)
  @RequireStepUp()
  async unlinkIdentity(@CurrentUser() user: Actor, @UuidParam('id', 'linked identity') id: string): Promise<void> {
    await this.identities.unlink(user.id, id);
  }
}
