import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsOptional, ValidateIf } from 'class-validator';
import { PageInfo, PageQuery, IsText } from '@platform/http';
import { ROLES, type Role } from '../role.rules';
import type { User } from '../user.entity';
import { UpdateProfileRequest, UserResponse } from '../users.dto';

/** An account, as who administers it sees it. */
export class ManagedUserResponse extends UserResponse {
  /** Whether nobody can sign in to it */
  locked: boolean;

  static override from(user: User): ManagedUserResponse {
    return { ...UserResponse.from(user), locked: user.lockedAt !== null };
  }
}

/** One page of accounts. */
export class UserPage {
  /** The accounts of this page, newest first */
  @ApiProperty({ type: [ManagedUserResponse] })
  data: ManagedUserResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}

/** Which accounts to list. */
export class ListUsersQuery extends PageQuery {
  /** Part of an address or a name, in any case */
  @ApiProperty({ minLength: 1, maxLength: 100, required: false })
  @IsOptional()
  @IsText({ max: 100 })
  search?: string;

  /** Only accounts with this role */
  @ApiProperty({ enum: ROLES, required: false })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  /** Only accounts that are locked, or that are not */
  @ApiProperty({ enum: ['true', 'false'], required: false })
  @IsOptional()
  @IsIn(['true', 'false'])
  locked?: 'true' | 'false';
}

/** What to change; what is absent stays as it is. */
export class UpdateUserRequest extends UpdateProfileRequest {
  /** All roles that the account is to have; they may not allow more than you may yourself */
  @ApiProperty({
    enum: ROLES,
    isArray: true,
    minItems: 1,
    maxItems: ROLES.length,
    uniqueItems: true,
    required: false,
    example: ['customer'],
  })
  @ValidateIf((_body: unknown, value: unknown) => value !== undefined)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROLES.length)
  @ArrayUnique()
  @IsIn(ROLES, { each: true })
  roles?: Role[];
}
