import { Injectable } from '@nestjs/common';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { SessionsService } from '../sessions/sessions.service';

/** What acts for an account without its password: its sessions, and its API keys. */
@Injectable()
export class AccountAccess {
  constructor(
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysService,
  ) {}

  /** For an account that may have been in other hands: whatever they have left there stops working. */
  async endAll(userId: string): Promise<void> {
    await this.sessions.endAll(userId);
    await this.apiKeys.revokeAllOf(userId);
  }

  /** Signs all other devices out; machines go on. */
  endOthers(userId: string, keptId: string): Promise<void> {
    return this.sessions.endOthers(userId, keptId);
  }
}
