import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { AuthConfig } from './auth-config';
import type { Actor } from './actor';
import { EndedSessions } from './ended-sessions';
import { VerifiedTokens } from './verified-tokens';

/** What an API key looks like: 32 random bytes in base64url behind a prefix that scanners of leaked secrets know. */
export const API_KEY = /^ck_live_[A-Za-z0-9_-]{43}$/;

/** A key that is good, and who has made it. */
export interface FoundApiKey {
  id: string;
  ownerId: string;
  /** What it was made for. */
  permissions: string[];
  /** The owner's roles now: a key never allows more than its owner may at the moment. */
  ownerRoles: string[];
  /** Seconds until this secret of the key is no good any more; null when that is far off. */
  secondsLeft: number | null;
}

/** Where keys are looked up; the users module registers itself. */
export interface ApiKeySource {
  /** A key that is good, by the hash of what was shown; notes that it was used. */
  findGood(secretHash: Buffer): Promise<FoundApiKey | undefined>;
}

/**
 * Under this a key is stored. SHA-256 without salt and stretching is enough, and costs 1 µs: these are 256 random bits,
 * which nobody can guess however fast the hash is; slow hashes are for what people choose.
 */
export function hashApiKey(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Turns API keys into actors. A key's id takes the place of a session's: ending that ends the key, at once and everywhere. */
@Injectable()
export class ApiKeys {
  private source: ApiKeySource | undefined;

  constructor(
    private readonly config: AuthConfig,
    private readonly endedSessions: EndedSessions,
    private readonly tokens: VerifiedTokens,
    private readonly settings: Config,
  ) {}

  use(source: ApiKeySource): void {
    this.source = source;
  }

  /** Who shows this key; undefined when it is none, or no good any more. */
  async identify(secret: string): Promise<Actor | undefined> {
    const key = API_KEY.test(secret) ? await this.source?.findGood(hashApiKey(secret)) : undefined;
    if (!key || this.endedSessions.has(key.id)) return undefined;
    const ownersPermissions = this.config.permissionsOf(key.ownerRoles);
    const permissions = new Set(key.permissions.filter((permission) => ownersPermissions.has(permission)));
    const actor = { id: key.ownerId, keyId: key.id, sessionId: key.id, roles: [], permissions };
    const believedSeconds = Math.min(this.settings.get('API_KEY_BELIEVED'), key.secondsLeft ?? Infinity);
    return this.tokens.keep(secret, actor, Date.now() + believedSeconds * 1_000);
  }
}
