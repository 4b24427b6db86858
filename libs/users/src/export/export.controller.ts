import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentUser, SignedIn, type Actor } from '@platform/auth';
import { ExportResponse } from './export.dto';
import { ExportService } from './export.service';

/** Everything that is kept about oneself. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn()
@Controller('users/me/export')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  /**
   * Export all data about you
   *
   * @remarks One JSON file, sent while it is being read: your account, linked identities, sessions, API keys (never their
   * secrets), orders with their payments, and what the audit trail has of you. Each part is a list.
   */
  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: ExportResponse, description: 'Everything that is kept about you' })
  async exportMyData(@CurrentUser() user: Actor): Promise<StreamableFile> {
    const file = await this.exports.begin(user.id);
    return new StreamableFile(file, {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="my-data.json"',
    });
  }
}
