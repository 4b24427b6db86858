import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

/** What stands between an account and who knows its password. */
export interface Factors {
  /** When an authenticator app was confirmed; null without one. */
  totpConfirmedAt: Date | null;
  /** Recovery codes that are still good. */
  recoveryCodesLeft: number;
  /** Registered passkeys, the disabled ones too: none of them makes the password alone enough. */
  passkeys: number;
}

const FIND = `
  SELECT
    (SELECT confirmed_at FROM users.totp_factors WHERE user_id = $1) AS "totpConfirmedAt",
    (SELECT count(*)::int FROM users.recovery_codes WHERE user_id = $1 AND used_at IS NULL) AS "recoveryCodesLeft",
    (SELECT count(*)::int FROM users.passkeys WHERE user_id = $1) AS passkeys`;

/** Which factors a user has, of whatever kind. */
@Injectable()
export class FactorsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async get(userId: string): Promise<Factors> {
    return (await this.uow.sql<Factors>(FIND, [userId]))[0] as Factors;
  }

  /** What ways there are to prove more than the password; none without a second factor. */
  async listMethods(userId: string): Promise<FactorMethod[]> {
    return methodsOf(await this.get(userId));
  }
}

/** How a second factor is shown. */
export type FactorMethod = 'totp' | 'passkey' | 'recovery_code';

export function methodsOf({ totpConfirmedAt, passkeys, recoveryCodesLeft }: Factors): FactorMethod[] {
  const totp = totpConfirmedAt === null ? [] : (['totp'] as const);
  const passkey = passkeys === 0 ? [] : (['passkey'] as const);
  const factors = [...totp, ...passkey];
  return factors.length > 0 && recoveryCodesLeft > 0 ? [...factors, 'recovery_code'] : factors;
}
