/** What the application tells platform/auth, which knows no roles by name. */
export abstract class AuthConfig {
  /** What these roles allow together. */
  abstract permissionsOf(roles: string[]): ReadonlySet<string>;
}
