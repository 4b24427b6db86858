import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';

const ERASE = [
  'mail_tokens',
  'known_devices',
  'passkeys',
  'totp_factors',
  'recovery_codes',
  'factor_guesses',
  'mfa_challenges',
  'identities',
].map((table) => `DELETE FROM users.${table} WHERE user_id = $1`);

/** What an account is proved with besides its password and API keys, or was told by mail. A person has a handful of each. */
@Injectable()
export class ProofsRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async erase(userId: string): Promise<void> {
    this.uow.requireActive('ProofsRepository.erase');
    await Promise.all(ERASE.map((text) => this.uow.execute(text, [userId])));
  }
}
