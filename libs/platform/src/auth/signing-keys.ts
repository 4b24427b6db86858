import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config, SettingsError } from '@platform/config';
import { Log } from '@platform/observability';
import { scheduleKeys, type KeySchedule } from './key-schedule.rules';
import { VerifiedTokens } from './verified-tokens';

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const READ_EVERY_MS = 60_000;

/**
 * The RSA keys under JWT_KEYS_DIR, `<kid>.pem` each (PKCS#8). The folder is read again when it changes, and once a minute
 * in case nobody said so; which key signs and which only verify follows from their names and the time. KeyObjects, not
 * PEM strings: half the cost of a verification.
 */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly folder: string;
  private readonly leadSeconds: number;
  private keys: Map<string, SigningKey>;
  private timer: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;

  constructor(
    config: Config,
    private readonly tokens: VerifiedTokens,
    private readonly log: Log,
  ) {
    this.folder = config.get('JWT_KEYS_DIR');
    this.leadSeconds = config.get('JWT_KEY_LEAD');
    this.keys = this.readAtStart();
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.readAgain(), READ_EVERY_MS).unref();
    try {
      this.watcher = watch(this.folder, { persistent: false }, () => this.readAgain());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // A file system that tells nobody of changes: the timer sees them.
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.watcher?.close();
  }

  get current(): SigningKey {
    return this.keys.get(this.schedule().signing) as SigningKey;
  }

  /** The public key of this id, as long as it verifies; the id comes from a stranger's token and is only ever compared. */
  find(kid: string): KeyObject | undefined {
    return this.schedule().published.includes(kid) ? this.keys.get(kid)?.publicKey : undefined;
  }

  /** The JSON Web Key Set (RFC 7517) that other services verify our tokens with. */
  jwks() {
    const keys = this.schedule().published.map((kid) => {
      const { kty, n, e } = (this.keys.get(kid) as SigningKey).publicKey.export({ format: 'jwk' });
      return { kty, n, e, kid, use: 'sig', alg: 'RS256' };
    });
    return { keys };
  }

  private schedule(): KeySchedule {
    return scheduleKeys([...this.keys.keys()], this.leadSeconds, Date.now());
  }

  private readAtStart(): Map<string, SigningKey> {
    try {
      return readKeys(this.folder, new Map());
    } catch (error) {
      throw new SettingsError([`JWT_KEYS_DIR: ${(error as Error).message}`]);
    }
  }

  /** What can't be read now (a file that is half written, say) leaves the keys as they are, until the next look. */
  private readAgain(): void {
    try {
      const keys = readKeys(this.folder, this.keys);
      const isSame = keys.size === this.keys.size && [...keys.keys()].every((kid) => this.keys.has(kid));
      if (isSame) return;
      const hasLost = [...this.keys.keys()].some((kid) => !keys.has(kid));
      this.keys = keys;
      if (hasLost) this.tokens.forgetAll(); // those of a removed key must not be believed any longer
      this.log.info('auth.keys.changed', { kids: [...keys.keys()] });
    } catch (error) {
      this.log.warn('auth.keys.unreadable', { error });
    }
  }
}

/** A key under a known name is not read again: a name stands for one key for ever. */
function readKeys(folder: string, known: ReadonlyMap<string, SigningKey>): Map<string, SigningKey> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.pem'));
  if (files.length === 0) throw new Error('there is no .pem file in it');
  return new Map(
    files.sort().map((file) => {
      const kid = file.replace(/\.pem$/, '');
      return [kid, known.get(kid) ?? readKey(join(folder, file), kid)];
    }),
  );
}

function readKey(path: string, kid: string): SigningKey {
  const privateKey = createPrivateKey(readFileSync(path));
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error(`${kid}.pem is not an RSA key`);
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}
