import { ApiProperty } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IsPersonName } from './person-name.decorator';
import { ROLES } from './role.rules';
import { MAX_EMAIL_LENGTH } from './sign-in/email.decorator';
import type { User } from './user.entity';

/** Absent is fine; null is not, as a name can't be taken away. */
const IsGivenOrAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

/** An account. */
export class UserResponse {
  /** The account's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The address that signs in, in lower case */
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL_LENGTH, example: 'grace@example.test' })
  email: string;

  /**
   * Given name
   * @example "Grace"
   */
  @ApiProperty({ maxLength: 100 })
  firstName: string;

  /**
   * Family name
   * @example "Hopper"
   */
  @ApiProperty({ maxLength: 100 })
  lastName: string;

  /** Each role stands for a set of permissions */
  @ApiProperty({ enum: ROLES, isArray: true, maxItems: ROLES.length, example: ['customer'] })
  roles: string[];

  /** Whether the address has been proved to be the owner's */
  emailVerified: boolean;

  /** When the account was registered */
  createdAt: Date;

  /** When it was last changed */
  updatedAt: Date;

  /** Grows with every change; also sent as ETag */
  @ApiProperty({ type: 'integer', example: 1 })
  version: number;

  static from(user: User): UserResponse {
    const { id, email, firstName, lastName, roles, createdAt, updatedAt, version } = user;
    const emailVerified = user.emailVerifiedAt !== null;
    return { id, email, firstName, lastName, roles, emailVerified, createdAt, updatedAt, version };
  }
}

/** What to change; what is absent stays as it is. */
export class UpdateProfileRequest {
  /** Given name */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Grace', required: false })
  @IsGivenOrAbsent()
  @IsPersonName()
  firstName?: string;

  /** Family name */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Hopper', required: false })
  @IsGivenOrAbsent()
  @IsPersonName()
  lastName?: string;
}
