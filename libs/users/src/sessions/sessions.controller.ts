import { Controller, Delete, Get, HttpCode, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, SignedIn, type Actor } from '@platform/auth';
import { PageQuery, UuidParam } from '@platform/http';
import { SessionPage, SessionResponse } from './sessions.dto';
import { SessionsService } from './sessions.service';

/** Where one is signed in. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  /**
   * List where you are signed in
   *
   * @remarks Your live sessions, newest first, with device, address and last use.
   */
  @Get()
  async listSessions(@CurrentUser() user: Actor, @Query() { limit, cursor }: PageQuery): Promise<SessionPage> {
    const { data, page } = await this.sessions.list(user.id, limit, cursor);
    return { data: data.map((session) => SessionResponse.from(session, user.sessionId)), page };
  }

  /**
   * Sign out one session
   *
   * @remarks Its access tokens stop working at once.
   * @throws {404} You have no such session, or it has ended.
   */
  @Delete(':id')
  @HttpCode(204)
  async endSession(@CurrentUser() user: Actor, @UuidParam('id', 'session') id: string): Promise<void> {
    await this.sessions.end(user.id, id);
  }
}
