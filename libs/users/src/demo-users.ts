import { Injectable } from '@nestjs/common';
import { Passwords } from './passwords/passwords';
import type { Names } from './profile.rules';
import type { Role } from './role.rules';
import { UsersRepository } from './users.repository';

const PASSWORD = 'countinghouse-demo';

const NAMES: Record<Role, Names> = {
  admin: { firstName: 'Amara', lastName: 'Okafor' },
  support: { firstName: 'Samir', lastName: 'Haddad' },
  warehouse: { firstName: 'Wilma', lastName: 'Lindqvist' },
  customer: { firstName: 'Clara', lastName: 'Jensen' },
};

/** Ids that the examples of the API's documentation name. */
const IDS: Record<Role, string> = {
  admin: '01900000-0000-7000-8000-00000000dc01',
  support: '01900000-0000-7000-8000-00000000dc02',
  warehouse: '01900000-0000-7000-8000-00000000dc03',
  customer: '01900000-0000-7000-8000-00000000dc04',
};

/** The accounts of the demo data, one per role. */
@Injectable()
export class DemoUsers {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
  ) {}

  /** Creates those that are missing. @returns the customer's id */
  async ensure(): Promise<string> {
    await this.ensureOne('admin');
    await this.ensureOne('support');
    await this.ensureOne('warehouse');
    return this.ensureOne('customer');
  }

  private async ensureOne(role: Role): Promise<string> {
    const email = `${role}@demo.test`;
    const known = await this.users.findByEmail(email);
    if (known) return known.id;
    const passwordHash = await this.passwords.hash(PASSWORD);
    const account = { id: IDS[role], ...NAMES[role], email, passwordHash, roles: [role], emailVerifiedAt: new Date() };
    try {
      return (await this.users.insert(account)).id;
    } catch (error) {
      const others = await this.users.findByEmail(email); // another process that starts at the same time was faster
      if (others) return others.id;
      throw error;
    }
  }
}
