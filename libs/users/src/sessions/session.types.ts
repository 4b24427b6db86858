/** Where a sign-in comes from. */
export interface Origin {
  device: string;
  address: string;
  /** Whether it rests on another provider's word, with nothing shown here. */
  isFromProvider?: boolean;
}

/** A session that has just been opened; the only moment at which its refresh token is known. */
export interface OpenedSession {
  id: string;
  refreshToken: string;
  /** Whether the account was never used from such a device before. */
  isNewDevice: boolean;
}

/** What keeps somebody signed in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}
