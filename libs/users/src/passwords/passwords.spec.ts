import { hash } from '@node-rs/argon2';
import { Config, type Settings } from '@platform/config';
import type { UnitOfWork } from '@platform/database';
import { Passwords } from './passwords';

const config = new Config({ PASSWORD_MIN_LENGTH: 12 } as Settings);
const uow: Pick<UnitOfWork, 'forbidActive'> = { forbidActive: () => undefined };
const passwords = new Passwords(config, uow as UnitOfWork);
const owner = { email: 'grace@example.test', firstName: 'Grace', lastName: 'Hopper' };

describe('Passwords', () => {
  it('tells a password from another that differs only behind its 72nd byte', async () => {
    const start = 'x'.repeat(100);
    const stored = await passwords.hashNew(`${start}a`, owner);
    expect(await passwords.matches(`${start}a`, stored)).toBe(true);
    expect(await passwords.matches(`${start}b`, stored)).toBe(false);
  });

  it('knows a password again in another Unicode form', async () => {
    const stored = await passwords.hashNew('un cafe\u0301 allonge\u0301', owner);
    expect(await passwords.matches('un caf\u00e9 allong\u00e9', stored)).toBe(true);
  });

  it('says no where there is no account', async () => {
    expect(await passwords.matches('anything at all', undefined)).toBe(false);
  });

  it('wants to replace a hash of lower cost, and none of its own', async () => {
    expect(passwords.isOutdated(await hash('p', { memoryCost: 8_192, timeCost: 2, parallelism: 1 }))).toBe(true);
    expect(passwords.isOutdated(await passwords.hash('p'))).toBe(false);
  });

  it('refuses to hash inside a transaction', async () => {
    const inside: typeof uow = {
      forbidActive: (what) => {
        throw new Error(`${what} must not run inside a transaction.`);
      },
    };
    await expect(new Passwords(config, inside as UnitOfWork).hash('p')).rejects.toThrow(/inside a transaction/);
  });
});
