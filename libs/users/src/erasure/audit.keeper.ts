import { Injectable } from '@nestjs/common';
import { AuditErasures, AuditReader, type AuditEvent } from '@platform/audit';
import { pagesOf, PersonalData, type PersonalDataKeeper } from '@platform/privacy';

/** What somebody has done. The audit trail keeps ids, actions and times; it loses network addresses and what was about them. */
@Injectable()
export class AuditKeeper implements PersonalDataKeeper {
  readonly name = 'audit';

  constructor(
    private readonly reader: AuditReader,
    private readonly erasures: AuditErasures,
    personalData: PersonalData,
  ) {
    personalData.register(this);
  }

  pages(userId: string): AsyncIterable<object[]> {
    return pagesOf<AuditEvent>((last, limit) => this.reader.list({ actor: userId }, last?.id, limit));
  }

  erase(userId: string, limit: number): Promise<number> {
    return this.erasures.erase('user', userId, limit);
  }
}
