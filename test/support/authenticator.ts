import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** Flags of authenticator data (WebAuthn, 6.1): present, verified, with a credential. */
const [PRESENT, VERIFIED, WITH_CREDENTIAL] = [0x01, 0x04, 0x40];

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();

/** What may be different from what an honest browser and authenticator would send. */
export interface Dishonesty {
  origin?: string;
  challenge?: string;
  rpId?: string;
  type?: string;
  /** Whether the person was recognised, by finger or PIN. */
  isVerified?: boolean;
  userHandle?: string;
  /** Signs with another key. */
  key?: KeyObject;
}

/**
 * An authenticator in software, with the browser in front of it: real keys, CBOR, COSE and signatures (ES256), one
 * credential.
 */
export class Authenticator {
  readonly credentialId = randomBytes(32);
  /** Signatures so far; a copy of the authenticator has one of its own. */
  counter = 0;
  private userHandle = '';
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** @param origin of the page that asks */
  constructor(private readonly origin: string) {}

  /** Answers options of registration, as `credential.toJSON()` would. */
  create({ publicKey: options }: { publicKey: any }, dishonesty: Dishonesty = {}) {
    this.userHandle = options.user.id;
    const authData = this.authenticatorData(dishonesty.rpId ?? options.rp.id, dishonesty, this.attestedCredential());
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    const clientData = this.clientData('webauthn.create', options.challenge, dishonesty);
    return this.answer({
      clientDataJSON: base64(clientData),
      attestationObject: base64(attestation),
      transports: ['internal'],
    });
  }

  /** Answers options of signing in, as `credential.toJSON()` would. */
  get({ publicKey: options }: { publicKey: any }, dishonesty: Dishonesty = {}) {
    this.counter++;
    const authData = this.authenticatorData(dishonesty.rpId ?? options.rpId, dishonesty);
    const clientData = this.clientData('webauthn.get', options.challenge, dishonesty);
    const signed = Buffer.concat([authData, sha256(clientData)]);
    return this.answer({
      clientDataJSON: base64(clientData),
      authenticatorData: base64(authData),
      signature: base64(sign('sha256', signed, dishonesty.key ?? this.keys.privateKey)),
      userHandle: dishonesty.userHandle ?? this.userHandle,
    });
  }

  private answer<Response extends object>(response: Response) {
    const id = base64(this.credentialId);
    return {
      ...{ id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {} },
      response,
    };
  }

  private clientData(type: string, challenge: string, dishonesty: Dishonesty): Buffer {
    const { origin = this.origin } = dishonesty;
    return Buffer.from(
      JSON.stringify({
        type: dishonesty.type ?? type,
        challenge: dishonesty.challenge ?? challenge,
        origin,
        crossOrigin: false,
      }),
    );
  }

  private authenticatorData(rpId: string, { isVerified = true }: Dishonesty, credential?: Buffer): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const flags = PRESENT | (isVerified ? VERIFIED : 0) | (credential ? WITH_CREDENTIAL : 0);
    return Buffer.concat([sha256(rpId), Buffer.of(flags), counter, credential ?? Buffer.alloc(0)]);
  }

  private attestedCredential(): Buffer {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' });
    const key = cbor(
      new Map<number, unknown>([
        ...([
          [1, 2], // an elliptic curve
          [3, -7], // ES256
          [-1, 1], // P-256
        ] as Array<[number, unknown]>),
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
    return Buffer.concat([Buffer.alloc(16), length, this.credentialId, key]);
  }
}

/** As much of CBOR (RFC 8949) as authenticators speak. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
  throw new Error(`An authenticator never says ${typeof value}.`);
}

function head(kind: number, size: number): Buffer {
  if (size < 24) return Buffer.of((kind << 5) | size);
  if (size < 256) return Buffer.of((kind << 5) | 24, size);
  return Buffer.of((kind << 5) | 25, size >> 8, size & 255);
}
