import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsInt, Max, Min, ValidateIf } from 'class-validator';
import { API_KEY } from '@platform/auth';
import { IsText, PageInfo } from '@platform/http';
import type { Permission } from '../role.rules';
import { KEY_PERMISSIONS } from './api-key.rules';
import type { ApiKey } from './api-keys.repository';
import type { MadeApiKey } from './api-keys.service';

const MAX_DAYS = 365;
const MAX_GRACE_SECONDS = 7 * 86_400;

/** Absent is fine; null is not, as it would mean "never". */
const IsGivenOrAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

/** A key to be made. */
export class MakeApiKeyRequest {
  /** What it is for, for people to know it again */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Warehouse scanner' })
  @IsText({ max: 100 })
  name: string;

  /** What it may do; never more than you may */
  @ApiProperty({
    enum: KEY_PERMISSIONS,
    isArray: true,
    minItems: 1,
    maxItems: KEY_PERMISSIONS.length,
    uniqueItems: true,
    example: ['orders:read'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(KEY_PERMISSIONS.length)
  @ArrayUnique()
  @IsIn(KEY_PERMISSIONS, { each: true })
  permissions: Permission[];

  /** Days until it expires */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_DAYS, default: 90, required: false, example: 90 })
  @IsGivenOrAbsent()
  @IsInt()
  @Min(1)
  @Max(MAX_DAYS)
  lifetimeDays?: number;
}

/** How to change the secret of a key. */
export class RotateApiKeyRequest {
  /** Seconds for which the secret before stays good; 0 for one that has leaked */
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_GRACE_SECONDS,
    default: 86_400,
    required: false,
    example: 86_400,
  })
  @IsGivenOrAbsent()
  @IsInt()
  @Min(0)
  @Max(MAX_GRACE_SECONDS)
  graceSeconds?: number;
}

/** A key for a machine; its secret is known to nobody any more. */
export class ApiKeyResponse {
  /** The key's id; the audit trail names it */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** Whose key it is: it never may more than that user */
  @ApiProperty({ format: 'uuid' })
  ownerId: string;

  /**
   * What it is for
   * @example "Warehouse scanner"
   */
  @ApiProperty({ maxLength: 100 })
  name: string;

  /**
   * The end of its secret
   * @example "ck_live_…x7Qe"
   */
  @ApiProperty({ maxLength: 13 })
  hint: string;

  /** What it may do, if its owner still may */
  @ApiProperty({ enum: KEY_PERMISSIONS, isArray: true, maxItems: KEY_PERMISSIONS.length, example: ['orders:read'] })
  permissions: string[];

  /** When it stops working */
  expiresAt: Date;

  /** When it was last used, to the minute; null when it never was */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt: Date | null;

  /** When it was made */
  createdAt: Date;

  /** When its secret was last changed */
  updatedAt: Date;

  static from(key: ApiKey): ApiKeyResponse {
    const { id, ownerId, name, hint, permissions, expiresAt, lastUsedAt, createdAt, updatedAt } = key;
    return { id, ownerId, name, hint, permissions, expiresAt, lastUsedAt, createdAt, updatedAt };
  }
}

/** A key with its secret, at the only moment at which that is shown. */
export class MadeApiKeyResponse extends ApiKeyResponse {
  /** Send it as `Authorization: Bearer …`, and keep it well: it is not shown again */
  @ApiProperty({ pattern: API_KEY.source, maxLength: 51 })
  secret: string;

  static of({ key, secret }: MadeApiKey): MadeApiKeyResponse {
    return { ...ApiKeyResponse.from(key), secret };
  }
}

/** One page of keys. */
export class ApiKeyPage {
  /** The keys of this page, newest first */
  @ApiProperty({ type: [ApiKeyResponse] })
  data: ApiKeyResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
