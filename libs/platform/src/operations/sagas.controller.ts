import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequirePermission, type Actor } from '@platform/auth';
import { Idempotent, UuidParam } from '@platform/http';
import { ParkedSagas } from '@platform/saga';
import { ListSagasQuery, ResolveSagaRequest, SagaPage, SagaResponse } from './sagas.dto';

/** Processes that can go neither on nor back without a person. */
@ApiTags('Operations')
@ApiBearerAuth()
@Controller('sagas')
export class SagasController {
  constructor(private readonly sagas: ParkedSagas) {}

  /**
   * List the sagas that have needed attention
   *
   * @remarks With `status=needs_attention` those that wait for a person now. What was parked last comes first.
   */
  @Get()
  @RequirePermission('sagas:read')
  async listSagas(@Query() { status, limit, cursor }: ListSagasQuery): Promise<SagaPage> {
    const { data, page } = await this.sagas.list(status ?? null, limit, cursor);
    return { data: data.map((saga) => SagaResponse.from(saga)), page };
  }

  /**
   * Let a saga go on
   *
   * @remarks At the step where it stood, in the direction in which it went, with all its tries. Remove the cause first.
   * @throws {404} There is no such saga, or it has never needed attention.
   * @throws {409} `saga_needs_no_attention`: it goes on already, or has ended.
   */
  @Post(':id/retry')
  @HttpCode(200)
  @Idempotent()
  @RequirePermission('sagas:write')
  async retrySaga(@CurrentUser() user: Actor, @UuidParam('id', 'saga') id: string): Promise<SagaResponse> {
    return SagaResponse.from(await this.sagas.retry(id, user.id));
  }

  /**
   * End a saga by hand
   *
   * @remarks For what a person has seen to outside of the system. What it is about follows, and its timeline keeps the
   * note: an order whose checkout is `done` is confirmed, one whose checkout is `undone` is cancelled.
   * @throws {404} There is no such saga, or it has never needed attention.
   * @throws {409} `saga_needs_no_attention`: it goes on already, or has ended. `saga_outcome_impossible`: what it is about
   * can't be brought to that outcome, such as an unpaid order that would be confirmed.
   */
  @Post(':id/resolve')
  @HttpCode(200)
  @Idempotent()
  @RequirePermission('sagas:write')
  async resolveSaga(
    @CurrentUser() user: Actor,
    @UuidParam('id', 'saga') id: string,
    @Body() { outcome, note }: ResolveSagaRequest,
  ): Promise<SagaResponse> {
    return SagaResponse.from(await this.sagas.resolve(id, { outcome, note, by: user.id }));
  }
}
