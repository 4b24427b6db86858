import { ApiProperty } from '@nestjs/swagger';
import { PageInfo } from '@platform/http';
import type { Session } from './session.entity';

/** The longest way to write an address of IPv6, with an address of IPv4 in it (POSIX: INET6_ADDRSTRLEN), and its zone. */
const MAX_ADDRESS_LENGTH = 64;

/** One sign-in on one device. */
export class SessionResponse {
  /** The session's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /**
   * What the client called itself
   * @example "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"
   */
  @ApiProperty({ maxLength: 200 })
  device: string;

  /**
   * The network address of the last use
   * @example "203.0.113.7"
   */
  @ApiProperty({ maxLength: MAX_ADDRESS_LENGTH })
  address: string;

  /** Whether it is the session that asks */
  isCurrent: boolean;

  /** When it was last used to sign in or to refresh */
  lastUsedAt: Date;

  /** When it ends if it is not used any more */
  expiresAt: Date;

  /** When it was opened */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from(session: Session, currentSessionId: string): SessionResponse {
    const { id, device, address, lastUsedAt, expiresAt, createdAt, updatedAt } = session;
    return { id, device, address, isCurrent: id === currentSessionId, lastUsedAt, expiresAt, createdAt, updatedAt };
  }
}

/** One page of sessions. */
export class SessionPage {
  /** The sessions of this page, newest first */
  @ApiProperty({ type: [SessionResponse] })
  data: SessionResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
