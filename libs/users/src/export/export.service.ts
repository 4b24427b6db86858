import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Audit } from '@platform/audit';
import { UnitOfWork } from '@platform/database';
import { notFound } from '@platform/errors';
import { PersonalData } from '@platform/privacy';
import { UsersRepository } from '../users.repository';

/** Gives people what is kept about them. */
@Injectable()
export class ExportService {
  constructor(
    private readonly users: UsersRepository,
    private readonly personalData: PersonalData,
    private readonly uow: UnitOfWork,
    private readonly audit: Audit,
  ) {}

  /** @returns the text of a JSON object. It is read page by page as the client takes it; no connection waits meanwhile */
  async begin(userId: string): Promise<Readable> {
    await this.uow.run(async () => {
      if (!(await this.users.find(userId))) throw notFound('user');
      this.audit.record({ action: 'users.exported', resource: 'user', resourceId: userId });
    });
    return Readable.from(this.personalData.exportOf(userId), { objectMode: false });
  }
}
