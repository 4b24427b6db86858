import { Injectable } from '@nestjs/common';
import { sign } from 'jsonwebtoken';
import { Config } from '@platform/config';
import { ACCESS_TOKEN_SECONDS } from './key-schedule.rules';
import { SigningKeys } from './signing-keys';

export { ACCESS_TOKEN_SECONDS };

/** The claims of an access token, after RFC 9068. */
export interface AccessTokenClaims {
  sub: string;
  sid: string;
  roles: string[];
  exp: number;
}

/** Issues access tokens: JWT, RS256, `typ: at+jwt`, 15 minutes. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly config: Config,
  ) {}

  issue(user: { id: string; roles: string[] }, sessionId: string): string {
    const { kid, privateKey } = this.keys.current;
    return sign({ sid: sessionId, roles: user.roles }, privateKey, {
      algorithm: 'RS256',
      header: { alg: 'RS256', kid, typ: 'at+jwt' },
      subject: user.id,
      issuer: this.config.get('JWT_ISSUER'),
      audience: this.config.get('JWT_AUDIENCE'),
      expiresIn: ACCESS_TOKEN_SECONDS,
    });
  }
}
