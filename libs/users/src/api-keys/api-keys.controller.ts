import { Body, Controller, Delete, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequirePermission, RequireStepUp, type Actor } from '@platform/auth';
import { AnswersSecret, PageQuery, UuidParam } from '@platform/http';
import { ApiKeyPage, ApiKeyResponse, MadeApiKeyResponse, MakeApiKeyRequest, RotateApiKeyRequest } from './api-keys.dto';
import { ApiKeysService } from './api-keys.service';

const DAYS = 90;
const GRACE_SECONDS = 86_400;

/** Whose keys this user may see and end: the own, or (null) anybody's. */
const ownerFor = (user: Actor) => (user.permissions.has('users:write') ? null : user.id);

/** Keys for machines, sent as `Authorization: Bearer ck_live_…`. */
@ApiTags('Identity')
@ApiBearerAuth()
@RequirePermission('api_keys:write')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /**
   * Make an API key
   *
   * @remarks The answer is the only place where its secret is shown; under an Idempotency-Key it comes again. A key may do what it
   * was made for and its owner still may; on routes for who is signed in, only where they say so. The audit trail names the key as
   * the actor.
   * @throws {403} `forbidden`: that is more than you may; or `step_up_required`.
   * @throws {409} `idempotency_answer_lost`: it was made under this Idempotency-Key, and its secret can't be shown any more.
   */
  @Post()
  @RequireStepUp()
  @AnswersSecret()
  @Header('Cache-Control', 'no-store')
  async makeApiKey(@CurrentUser() user: Actor, @Body() body: MakeApiKeyRequest): Promise<MadeApiKeyResponse> {
    return MadeApiKeyResponse.of(await this.keys.make(user, { ...body, lifetimeDays: body.lifetimeDays ?? DAYS }));
  }

  /**
   * List API keys
   *
   * @remarks Your own; with `users:write` everybody's. Newest first, without those that were revoked.
   */
  @Get()
  async listApiKeys(@CurrentUser() user: Actor, @Query() { limit, cursor }: PageQuery): Promise<ApiKeyPage> {
    const { data, page } = await this.keys.list(ownerFor(user), limit, cursor);
    return { data: data.map((key) => ApiKeyResponse.from(key)), page };
  }

  /**
   * Change the secret of an API key
   *
   * @remarks The answer shows the new secret. The one before stays good for `graceSeconds`, so that no machine has to stop;
   * nodes that have just seen it may take it for a minute longer.
   * @throws {403} `step_up_required`
   * @throws {404} You have no such key, or it has expired.
   * @throws {409} `idempotency_answer_lost`: it was changed under this Idempotency-Key, and the secret can't be shown any more.
   */
  @Post(':id/rotate')
  @HttpCode(200)
  @RequireStepUp()
  @AnswersSecret()
  @Header('Cache-Control', 'no-store')
  async rotateApiKey(
    @CurrentUser() user: Actor,
    @UuidParam('id', 'API key') id: string,
    @Body() { graceSeconds = GRACE_SECONDS }: RotateApiKeyRequest,
  ): Promise<MadeApiKeyResponse> {
    return MadeApiKeyResponse.of(await this.keys.rotate(user.id, id, graceSeconds));
  }

  /**
   * Revoke an API key
   *
   * @remarks It stops working at once. Your own; with `users:write` anybody's.
   * @throws {404} There is no such key, or it is not yours.
   */
  @Delete(':id')
  @HttpCode(204)
  async revokeApiKey(@CurrentUser() user: Actor, @UuidParam('id', 'API key') id: string): Promise<void> {
    await this.keys.revoke(ownerFor(user), id);
  }
}
