import { ApiProperty } from '@nestjs/swagger';

const MANY = Number.MAX_SAFE_INTEGER;

/** A part of what is kept: rows as they are, without secrets. */
const Part = (maxItems = MANY) =>
  ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, maxItems });

/** All that is kept about somebody, a list for each part. */
export class ExportResponse {
  /** When the export was begun */
  exportedAt: Date;

  /** The account itself */
  @Part(1)
  account: object[];

  /** Which accounts at other providers open it */
  @Part()
  identities: object[];

  /** Where the account was signed in, from which device and address */
  @Part()
  sessions: object[];

  /** The API keys that were made with it, without their secrets */
  @Part()
  apiKeys: object[];

  /** The orders with their lines, addresses, timelines and payments */
  @Part()
  orders: object[];

  /** What the audit trail has under the account's name */
  @Part()
  audit: object[];
}
