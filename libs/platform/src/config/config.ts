import { PROVIDER_SETTINGS, type Settings } from './settings';

/** The settings of this process, by the name under which people set them: `config.get('ORDER_EXPIRY')`. */
export class Config {
  constructor(private readonly settings: Settings) {}

  get<Name extends keyof Settings>(name: Name): Settings[Name] {
    return this.settings[name];
  }

  /** A setting that is there whenever it is asked for, though not always. @throws Error when it is not */
  need<Name extends keyof Settings>(name: Name): NonNullable<Settings[Name]> {
    const value = this.settings[name];
    if (value === undefined) throw new Error(`The setting ${name} is not set.`);
    return value;
  }

  /** Whether all settings that this payment gateway needs are there. */
  isInUse(provider: keyof typeof PROVIDER_SETTINGS): boolean {
    return PROVIDER_SETTINGS[provider].every((name) => this.settings[name] !== undefined);
  }

  /** PostgreSQL itself, for what a connection pooler can't pass on. */
  get directDatabaseUrl(): string {
    return this.settings.DATABASE_DIRECT_URL ?? this.settings.DATABASE_URL;
  }

  /** Under this the pages are that links in mails lead to, without a slash at its end. */
  get mailLinksUrl(): string {
    return (this.settings.MAIL_LINKS_URL ?? `${this.publicUrl}/account`).replace(/\/$/, '');
  }

  /** The address under which clients reach the API, without a slash at its end. */
  get publicUrl(): string {
    return (this.settings.PUBLIC_URL ?? `http://${this.settings.HOST}:${this.settings.PORT}`).replace(/\/$/, '');
  }
}
