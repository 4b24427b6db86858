import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsText, PageInfo } from '@platform/http';
import { RECOVERY_CODES } from '../factors/recovery-code.rules';
import type { Passkey } from './passkeys.repository';
import type { RegisteredPasskey } from './passkeys.service';

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const MAX_ID_LENGTH = 1_400; // 1,023 bytes (WebAuthn, 4)
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
const ATTACHMENTS = ['platform', 'cross-platform'];
const SIGNED = 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0';

const MayBeAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);

/** What every answer of an authenticator has, as `PublicKeyCredential.toJSON()` writes it. */
class PasskeyAnswer {
  /** The credential's id, in base64url */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: MAX_ID_LENGTH, example: 'c29tZSBjcmVkZW50aWFs' })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(MAX_ID_LENGTH)
  id: string;

  /** The same */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: MAX_ID_LENGTH, example: 'c29tZSBjcmVkZW50aWFs' })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(MAX_ID_LENGTH)
  rawId: string;

  /** Always `public-key` */
  @ApiProperty({ enum: ['public-key'], example: 'public-key' })
  @IsIn(['public-key'])
  type: 'public-key';

  /** Whether the authenticator is a part of the device */
  @ApiProperty({ enum: ATTACHMENTS, example: 'platform', required: false })
  @MayBeAbsent()
  @IsIn(ATTACHMENTS)
  authenticatorAttachment?: 'platform' | 'cross-platform';

  /** What extensions have answered; not looked at */
  @ApiProperty({ type: 'object', additionalProperties: true, maxProperties: 100, example: {} })
  @IsObject()
  clientExtensionResults: object;
}

/** The inner part of a registration. */
export class AttestationDto {
  /** What the browser has signed for, in base64url */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, example: SIGNED })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  clientDataJSON: string;

  /** What the authenticator has made, in base64url */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, example: 'o2NmbXRkbm9uZQ' })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  attestationObject: string;

  /** A part of attestationObject, for readers without CBOR; not looked at */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, required: false, example: 'SZYN5YgOjGh0NBcP' })
  @MayBeAbsent()
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  authenticatorData?: string;

  /** How the authenticator can be reached */
  @ApiProperty({ enum: TRANSPORTS, isArray: true, maxItems: TRANSPORTS.length, required: false, example: ['internal'] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(TRANSPORTS.length)
  @IsIn(TRANSPORTS, { each: true })
  transports?: string[];

  /** The same key as in attestationObject; not looked at */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, required: false, example: 'MFkwEwYHKoZIzj0CAQ' })
  @MayBeAbsent()
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  publicKey?: string;

  /** The key's algorithm (COSE); not looked at */
  @ApiProperty({ enum: [-7, -8, -257], required: false, example: -7 })
  @MayBeAbsent()
  @IsIn([-7, -8, -257])
  publicKeyAlgorithm?: number;
}

/** The inner part of a sign-in. */
export class AssertionDto {
  /** What the browser has signed for, in base64url */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, example: SIGNED })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  clientDataJSON: string;

  /** What the authenticator says about itself, in base64url */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, example: 'SZYN5YgOjGh0NBcP' })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  authenticatorData: string;

  /** Over both, in base64url */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 10_000, example: 'MEUCIQD4' })
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(10_000)
  signature: string;

  /** Whose passkey it is, as the authenticator remembers */
  @ApiProperty({ pattern: BASE64URL.source, maxLength: 100, required: false, example: 'AZAAAA' })
  @MayBeAbsent()
  @IsString()
  @Matches(BASE64URL)
  @MaxLength(100)
  userHandle?: string;
}

/** What the browser gives for registration options. */
export class PasskeyRegistrationDto extends PasskeyAnswer {
  /** What the authenticator has made */
  @IsObject()
  @ValidateNested()
  @Type(() => AttestationDto)
  response: AttestationDto;
}

/** What the browser gives for sign-in options. */
export class PasskeyAssertionDto extends PasskeyAnswer {
  /** What the authenticator has signed */
  @IsObject()
  @ValidateNested()
  @Type(() => AssertionDto)
  response: AssertionDto;
}

/** A new passkey. */
export class RegisterPasskeyRequest {
  /** What its owner calls it */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'My telephone' })
  @IsText({ max: 100 })
  name: string;

  /** `credential.toJSON()` of navigator.credentials.create() */
  @IsObject()
  @ValidateNested()
  @Type(() => PasskeyRegistrationDto)
  credential: PasskeyRegistrationDto;
}

/** Who signs in with a passkey. */
export class PasskeySignInRequest {
  /** `credential.toJSON()` of navigator.credentials.get() */
  @IsObject()
  @ValidateNested()
  @Type(() => PasskeyAssertionDto)
  credential: PasskeyAssertionDto;
}

/** Another name for a passkey. */
export class RenamePasskeyRequest {
  /** What its owner calls it */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'My old telephone' })
  @IsText({ max: 100 })
  name: string;
}

/** What a browser needs to ask an authenticator. */
export class PasskeyOptionsResponse {
  /** For PublicKeyCredential.parseCreationOptionsFromJSON() or parseRequestOptionsFromJSON() (WebAuthn level 3) */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    maxProperties: 20,
    example: { challenge: 'PZ7r0SqZ', rpId: 'localhost' },
  })
  publicKey: object;
}

/** A passkey. */
export class PasskeyResponse {
  /** The passkey's id here */
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** What its owner calls it */
  @ApiProperty({ maxLength: 100, example: 'My telephone' })
  name: string;

  /** Whether it also exists on other devices of its owner */
  isBackedUp: boolean;

  /** When it was put out of use, because a copy of it had shown up; null while it is good */
  disabledAt: Date | null;

  /** When it last signed; null before its first time */
  lastUsedAt: Date | null;

  /** When it was registered */
  createdAt: Date;

  /** When it last changed */
  updatedAt: Date;

  /** Grows when it is renamed */
  @ApiProperty({ type: 'integer', example: 1 })
  version: number;

  static from(passkey: Passkey): PasskeyResponse {
    const { id, name, isBackedUp, disabledAt, lastUsedAt, createdAt, updatedAt, version } = passkey;
    return { id, name, isBackedUp, disabledAt, lastUsedAt, createdAt, updatedAt, version };
  }
}

/** A passkey that has just been registered. */
export class RegisteredPasskeyResponse extends PasskeyResponse {
  /** With the first factor; shown this once */
  @ApiProperty({
    type: [String],
    required: false,
    maxItems: RECOVERY_CODES,
    items: { type: 'string', maxLength: 19 },
    example: ['7Q2M-X04K-9DVA-E5T8'],
  })
  recoveryCodes?: string[];

  static of({ passkey, recoveryCodes }: RegisteredPasskey): RegisteredPasskeyResponse {
    return { ...PasskeyResponse.from(passkey), recoveryCodes };
  }
}

/** One page of passkeys. */
export class PasskeyPage {
  /** The passkeys of this page, newest first */
  @ApiProperty({ type: [PasskeyResponse] })
  data: PasskeyResponse[];

  /** Which part of the list this is */
  page: PageInfo;
}
