import { Controller, Get, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentUser, Public, type Actor } from '@platform/auth';
import { forbidden } from '@platform/errors';
import { isFromThisMachine } from '@platform/http';
import { Books } from './books';
import { BooksReport } from './books.dto';

/** The books, for whoever runs the product. */
@ApiTags('Operations')
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class BooksController {
  constructor(private readonly books: Books) {}

  /**
   * Tell whether everything is true that must always be true of stock, orders and money
   *
   * @remarks 503 when something is not. From the machine itself, or with `books:read`. Looks at most once in five
   * seconds. What to do about each rule stands in docs/runbook/books.md; `npm run books` names the rows.
   * @throws {403} Asked from elsewhere without that permission.
   */
  @Public()
  @Get('books')
  async getBooks(
    @Req() request: FastifyRequest,
    @CurrentUser() user: Actor | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BooksReport> {
    if (!isFromThisMachine(request) && !user?.permissions.has('books:read')) throw forbidden();
    const report = BooksReport.from(await this.books.examineAtTimes());
    if (report.status === 'down') void reply.status(503);
    return report;
  }
}
