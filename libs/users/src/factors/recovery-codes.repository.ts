import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

const REPLACE = `
  WITH old AS (DELETE FROM users.recovery_codes WHERE user_id = $1)
  INSERT INTO users.recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])`;

const USE = `
  UPDATE users.recovery_codes SET used_at = now() WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL`;

/** Recovery codes, by their hashes. */
@Injectable()
export class RecoveryCodesRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async replace(userId: string, hashes: Buffer[]): Promise<void> {
    await this.uow.execute(REPLACE, [userId, hashes]);
  }

  /** @returns false when there is no such code, or it has been used */
  async use(userId: string, hash: Buffer): Promise<boolean> {
    return (await this.uow.execute(USE, [userId, hash])) > 0;
  }

  async delete(userId: string): Promise<void> {
    await this.uow.execute('DELETE FROM users.recovery_codes WHERE user_id = $1', [userId]);
  }
}
