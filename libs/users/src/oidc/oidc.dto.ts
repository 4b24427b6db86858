import { ApiProperty } from '@nestjs/swagger';
import { PageInfo } from '@platform/http';
import type { LinkedIdentity } from './identities.repository';
import type { OfferedProvider } from './oidc.service';

/** A provider to sign in with. */
export class OidcProviderResponse {
  /** Names it in addresses */
  @ApiProperty({ pattern: '^[a-z0-9-]{1,32}$', maxLength: 32, example: 'acme' })
  name: string;

  /** For the button */
  @ApiProperty({ maxLength: 100, example: 'Acme' })
  label: string;

  /** Where the button sends the browser */
  @ApiProperty({ format: 'uri', maxLength: 2_000 })
  startUrl: string;
}

/** The providers that are set up. */
export class OidcProvidersResponse {
  /** In the order of the setting; none when there is none */
  @ApiProperty({ type: [OidcProviderResponse], maxItems: 50 })
  data: OidcProviderResponse[];

  static from(providers: OfferedProvider[]): OidcProvidersResponse {
    return { data: providers.map(({ name, label, startUrl }) => ({ name, label, startUrl })) };
  }
}

/** An account at another provider that opens yours. */
export class IdentityResponse {
  /** The link's id */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** The provider, as it calls itself */
  @ApiProperty({ format: 'uri', maxLength: 500, example: 'https://accounts.example' })
  issuer: string;

  /** When it was linked */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  static from({ id, issuer, createdAt, updatedAt }: LinkedIdentity): IdentityResponse {
    return { id, issuer, createdAt, updatedAt };
  }
}

/** One page of linked identities. */
export class IdentityPage {
  /** Those of this page, newest first */
  @ApiProperty({ type: [IdentityResponse] })
  data: IdentityResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
