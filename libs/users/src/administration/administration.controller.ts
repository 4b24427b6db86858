import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, RequirePermission, type Actor } from '@platform/auth';
import { IfMatch, UuidParam, withETag } from '@platform/http';
import { AttemptLimits } from '../sign-in/attempt-limits';
import { UsersService } from '../users.service';
import { AccountChangesService } from './account-changes.service';
import { AccountLocksService } from './account-locks.service';
import { ListUsersQuery, ManagedUserResponse, UpdateUserRequest, UserPage } from './administration.dto';
import { UserListService } from './user-list.service';

/** The accounts of others. */
@ApiTags('Identity')
@ApiBearerAuth()
@Controller('users')
export class AdministrationController {
  constructor(
    private readonly lists: UserListService,
    private readonly changes: AccountChangesService,
    private readonly locks: AccountLocksService,
    private readonly limits: AttemptLimits,
    private readonly users: UsersService,
  ) {}

  /**
   * List accounts
   *
   * @remarks Newest first. `search` finds parts of addresses and names.
   */
  @Get()
  @RequirePermission('users:read')
  async listUsers(@Query() { search, role, locked, limit, cursor }: ListUsersQuery): Promise<UserPage> {
    const filter = { search: search ?? null, role: role ?? null, locked: locked ? locked === 'true' : null };
    const { data, page } = await this.lists.list(filter, limit, cursor);
    return { data: data.map((user) => ManagedUserResponse.from(user)), page };
  }

  /**
   * Get an account
   *
   * @remarks Its version is also sent as `ETag`.
   * @throws {404} There is no such account.
   */
  @Get(':id')
  @RequirePermission('users:read')
  async getUser(
    @UuidParam('id', 'user') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ManagedUserResponse> {
    return withETag(reply, ManagedUserResponse.from(await this.users.get(id)));
  }

  /**
   * Change an account
   *
   * @remarks Its name or its roles. Other roles need a step-up, and take effect at once, also for access tokens that are in
   * use. With `If-Match` only if nobody has changed the account since that version.
   * @throws {403} `forbidden`: those roles allow more than you may; or `step_up_required`.
   * @throws {404} There is no such account.
   * @throws {409} `last_admin`: nobody else could administer the house.
   * @throws {412} `version_mismatch`: the account has another version by now.
   */
  @Patch(':id')
  @RequirePermission('users:write')
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the version that this change is meant for',
  })
  async updateUser(
    @CurrentUser() actor: Actor,
    @UuidParam('id', 'user') id: string,
    @Body() body: UpdateUserRequest,
    @IfMatch() version: number | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ManagedUserResponse> {
    return withETag(reply, ManagedUserResponse.from(await this.changes.change(actor, id, body, version)));
  }

  /**
   * Delete an account
   *
   * @remarks All its sessions end at once, and its e-mail address can be registered again.
   * @throws {404} There is no such account.
   * @throws {409} `last_admin`: nobody else could administer the house.
   */
  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('users:write')
  async deleteUser(@UuidParam('id', 'user') id: string): Promise<void> {
    await this.users.delete(id);
  }

  /**
   * Lock an account
   *
   * @remarks Nobody can sign in to it until it is unlocked; its sessions end at once.
   * @throws {404} There is no such account.
   * @throws {409} `own_account`: you can't lock yourself; or `last_admin`.
   */
  @Post(':id/lock')
  @HttpCode(200)
  @RequirePermission('users:write')
  async lockUser(@CurrentUser() actor: Actor, @UuidParam('id', 'user') id: string): Promise<ManagedUserResponse> {
    return ManagedUserResponse.from(await this.locks.lock(actor, id));
  }

  /**
   * Unlock an account
   *
   * @remarks Also ends a refusal of sign-ins that came of failed ones.
   * @throws {404} There is no such account.
   */
  @Post(':id/unlock')
  @HttpCode(200)
  @RequirePermission('users:write')
  async unlockUser(@UuidParam('id', 'user') id: string): Promise<ManagedUserResponse> {
    const user = await this.locks.unlock(id);
    await this.limits.forgive(user.email);
    return ManagedUserResponse.from(user);
  }
}
