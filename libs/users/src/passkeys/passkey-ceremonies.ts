import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Log } from '@platform/observability';
import type { User } from '../user.entity';
import { PasskeyAddress } from './passkey-address';
import { PASSKEY_SECONDS, PasskeyChallengesRepository, type PasskeyPurpose } from './passkey-challenges.repository';
import type { Passkey } from './passkeys.repository';

/** ES256, EdDSA, RS256 (COSE): what today's authenticators make. */
const ALGORITHMS = [-7, -8, -257];

/** Read at the first ceremony: with its parsers of certificates it is a sixth of what a process reads when it starts. */
const webAuthn = () => import('@simplewebauthn/server');

const RP_NAME = 'Countinghouse';
const timeout = PASSKEY_SECONDS * 1_000;

/** What an authenticator has proved. */
export interface PasskeyProof {
  counter: number;
  isBackedUp: boolean;
}

/** What an authenticator has made. */
export interface MadeCredential extends PasskeyProof {
  credentialId: string;
  publicKey: Buffer;
}

/** The 16 bytes of a UUID. */
const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');

/** The user, as an authenticator knows them: it gives this back when they sign in without a name. */
export const userHandleOf = (userId: string) => bytesOf(userId).toString('base64url');

type SignedResponse = Pick<RegistrationResponseJSON | AuthenticationResponseJSON, 'response'>;

/** The two ceremonies of WebAuthn, registration and authentication, with challenges that are kept here. */
@Injectable()
export class PasskeyCeremonies {
  constructor(
    private readonly address: PasskeyAddress,
    private readonly challenges: PasskeyChallengesRepository,
    private readonly log: Log,
  ) {}

  /** @param known those that the user has; the same authenticator is not asked twice */
  async registrationOptions(
    user: User,
    known: Passkey[],
    sessionId: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await webAuthn();
    const options = await generateRegistrationOptions({
      ...{ rpName: RP_NAME, rpID: this.address.rpId, timeout, supportedAlgorithmIDs: ALGORITHMS },
      userName: user.email,
      userDisplayName: `${user.firstName} ${user.lastName}`,
      userID: Uint8Array.from(bytesOf(user.id)),
      excludeCredentials: known.map(toDescriptor),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    await this.challenges.insert(options.challenge, 'register', sessionId);
    return options;
  }

  /** @param allowed those that will do; whichever the authenticator has for us when empty */
  async authenticationOptions(
    purpose: PasskeyPurpose,
    sessionId: string | null,
    allowed: Passkey[] = [],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await webAuthn();
    const options = await generateAuthenticationOptions({
      ...{ rpID: this.address.rpId, timeout, userVerification: 'required' },
      allowCredentials: allowed.map(toDescriptor),
    });
    await this.challenges.insert(options.challenge, purpose, sessionId);
    return options;
  }

  /** @returns undefined when something about it does not hold; the challenge is used up */
  async verifyRegistration(response: RegistrationResponseJSON, sessionId: string): Promise<MadeCredential | undefined> {
    const expected = await this.expect(response, 'register', sessionId);
    if (!expected) return undefined;
    const options = { response, ...expected, requireUserVerification: true, supportedAlgorithmIDs: ALGORITHMS };
    const { verifyRegistrationResponse } = await webAuthn();
    const verified = await this.attempt(() => verifyRegistrationResponse(options));
    if (!verified?.verified) return undefined;
    const { credential, credentialBackedUp: isBackedUp } = verified.registrationInfo;
    const { id: credentialId, publicKey, counter } = credential;
    return { credentialId, publicKey: Buffer.from(publicKey), counter, isBackedUp };
  }

  /**
   * The counter is not judged here: the library looks at it before the signature, so that anybody could pretend a clone.
   * @returns undefined when something about it does not hold; the challenge is used up
   */
  async verifyAuthentication(
    response: AuthenticationResponseJSON,
    passkey: Passkey,
    purpose: PasskeyPurpose,
    sessionId: string | null,
  ): Promise<PasskeyProof | undefined> {
    const expected = await this.expect(response, purpose, sessionId);
    if (!expected) return undefined;
    const credential = { id: passkey.credentialId, publicKey: Uint8Array.from(passkey.publicKey), counter: 0 };
    const options = { response, ...expected, requireUserVerification: true, credential };
    const { verifyAuthenticationResponse } = await webAuthn();
    const verified = await this.attempt(() => verifyAuthenticationResponse(options));
    if (!verified?.verified) return undefined;
    const { newCounter: counter, credentialBackedUp: isBackedUp } = verified.authenticationInfo;
    return { counter, isBackedUp };
  }

  /** Uses up the challenge that an answer names. @returns undefined when it was none of ours, or not for this */
  private async expect({ response }: SignedResponse, purpose: PasskeyPurpose, sessionId: string | null) {
    const expectedChallenge = challengeOf(response.clientDataJSON);
    if (!expectedChallenge || !(await this.challenges.use(expectedChallenge, purpose, sessionId))) return undefined;
    return { expectedChallenge, expectedOrigin: this.address.origins, expectedRPID: this.address.rpId };
  }

  /** The library throws plain errors at whatever is wrong with what a stranger has sent. */
  private async attempt<T>(verify: () => Promise<T>): Promise<T | undefined> {
    try {
      return await verify();
    } catch (error) {
      this.log.info('users.passkeys.not_verified', { reason: (error as Error).name });
      return undefined;
    }
  }
}

function toDescriptor({ credentialId: id, transports }: Passkey) {
  return { id, transports };
}

/** The challenge that a browser says to have signed; undefined when it is no text in JSON. */
function challengeOf(clientDataJSON: string): string | undefined {
  try {
    const clientData = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as { challenge?: unknown };
    return typeof clientData.challenge === 'string' && /^[\w-]{1,100}$/.test(clientData.challenge)
      ? clientData.challenge
      : undefined;
  } catch {
    return undefined; // JSON.parse('null') has no challenge either
  }
}
