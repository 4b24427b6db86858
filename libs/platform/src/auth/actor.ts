/** Who is asking: the verified content of an access token, or what is known of an API key. */
export interface Actor {
  /** The user's id. */
  id: string;
  /** The API key that was shown instead of a token; the user above is then the one who has made it. */
  keyId?: string;
  /** The session that the token belongs to; the key's id where a key was shown. */
  sessionId: string;
  /** Roles as of the token's issue, or as they were changed since; none where a key was shown. */
  roles: string[];
  /** What those roles allow, e.g. `orders:read`. */
  permissions: ReadonlySet<string>;
}
