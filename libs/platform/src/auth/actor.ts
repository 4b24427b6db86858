/** Who is asking: the verified content of an access token. */
export interface Actor {
  /** The user's id. */
  id: string;
  /** The session that the token belongs to. */
  sessionId: string;
  /** Roles as of the token's issue. */
  roles: string[];
  /** What those roles allow, e.g. `orders:read`. */
  permissions: ReadonlySet<string>;
}
