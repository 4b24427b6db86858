import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Config } from '@platform/config';
import type { AccessTokenClaims } from './access-tokens';
import { SigningKeys } from './signing-keys';

/**
 * Verifies access tokens. The algorithm follows from our key, the key from our own list by `kid`; nothing else in the
 * header (jku, x5u, jwk) is looked at.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'access-token') {
  constructor(keys: SigningKeys, config: Config) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['RS256'],
      issuer: config.get('JWT_ISSUER'),
      audience: config.get('JWT_AUDIENCE'),
      secretOrKeyProvider: (_request, token: string, done) => {
        const { kid, typ } = headerOf(token);
        const key = typ === 'at+jwt' && typeof kid === 'string' ? keys.find(kid) : undefined;
        // The type definitions know only strings and buffers; jsonwebtoken takes a KeyObject, at half the cost.
        if (key) done(null, key as unknown as string);
        else done(new Error('no key of ours'));
      },
    });
  }

  /** What we sign has all of these; passport refuses a token for which this is false. */
  validate(claims: Partial<AccessTokenClaims>): AccessTokenClaims | false {
    const { sub, sid, roles, exp } = claims;
    const isWhole = typeof sub === 'string' && typeof sid === 'string' && Array.isArray(roles);
    return isWhole && typeof exp === 'number' ? { sub, sid, roles, exp } : false;
  }
}

function headerOf(token: string): { kid?: unknown; typ?: unknown } {
  try {
    return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) ?? {};
  } catch {
    return {};
  }
}
