import { Body, Controller, Delete, Get, HttpCode, Patch, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, SignedIn, type Actor } from '@platform/auth';
import { IfMatch, withETag } from '@platform/http';
import { UpdateProfileRequest, UserResponse } from './users.dto';
import { UsersService } from './users.service';

/** One's own account. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /**
   * Get your account
   *
   * @remarks Its version is also sent as `ETag`.
   */
  @Get('me')
  async getMe(@CurrentUser() user: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<UserResponse> {
    return withETag(reply, UserResponse.from(await this.users.get(user.id)));
  }

  /**
   * Change your name
   *
   * @remarks With `If-Match` only if nobody has changed the account since that version.
   * @throws {412} `version_mismatch`: the account has another version by now.
   */
  @Patch('me')
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the version that this change is meant for',
  })
  async updateMe(
    @CurrentUser() user: Actor,
    @Body() body: UpdateProfileRequest,
    @IfMatch() version: number | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    return withETag(reply, UserResponse.from(await this.users.rename(user.id, body, version)));
  }

  /**
   * Delete your account
   *
   * @remarks All sessions end at once. After a time of grace your personal data is erased; orders are kept without it. Until
   * then nobody can register the e-mail address.
   */
  @Delete('me')
  @HttpCode(204)
  async deleteMe(@CurrentUser() user: Actor): Promise<void> {
    await this.users.delete(user.id);
  }
}
