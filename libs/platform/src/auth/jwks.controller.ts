import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JWKS_SECONDS } from './key-schedule.rules';
import { Public } from './policies';
import { SigningKeys } from './signing-keys';

/** The public keys of our access tokens. */
@ApiTags('Identity')
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  /**
   * Get the public signing keys
   *
   * @remarks A JSON Web Key Set (RFC 7517). Keep it for five minutes; a key appears here before it signs.
   */
  @Public()
  @Get('jwks.json')
  @Header('Cache-Control', `public, max-age=${JWKS_SECONDS}`)
  getJwks(): object {
    return this.keys.jwks();
  }
}
