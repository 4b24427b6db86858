import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { TRANSACTION_SECONDS } from './oidc-transactions';

const USE = `
  WITH old AS (DELETE FROM users.oidc_returns WHERE expires_at < now() - interval '1 day')
  INSERT INTO users.oidc_returns (state_hash, expires_at) VALUES ($1, now() + make_interval(secs => $2))
  ON CONFLICT DO NOTHING`;

/** Which browsers have come back already, by the hash of their state. Who goes away and never returns leaves no row. */
@Injectable()
export class OidcReturnsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  /** @returns whether it is the first time */
  async use(state: string): Promise<boolean> {
    const hash = createHash('sha256').update(state).digest();
    return (await this.uow.execute(USE, [hash, TRANSACTION_SECONDS])) > 0;
  }
}
