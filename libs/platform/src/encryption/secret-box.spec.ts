import { randomBytes } from 'node:crypto';
import type { Config } from '@platform/config';
import { SecretBox } from './secret-box';

const key = (id: string) => ({ id, key: randomBytes(32) });
const boxWith = (...keys: Array<ReturnType<typeof key>>) => new SecretBox({ get: () => keys } as unknown as Config);

describe('SecretBox', () => {
  const [old, current] = [key('old'), key('current')];
  const secret = Buffer.from('what nobody should read');

  it('gives back what it sealed, and never seals it the same way twice', () => {
    const box = boxWith(current);
    const [one, two] = [box.seal(secret, 'totp 1'), box.seal(secret, 'totp 1')];
    expect(box.open(one, 'totp 1')).toEqual(secret);
    expect(one).not.toEqual(two);
    expect(one.includes(secret)).toBe(false);
  });

  it('opens with an older key what was sealed under it, and not without', () => {
    const sealed = boxWith(old).seal(secret, 'totp 1');
    expect(boxWith(current, old).open(sealed, 'totp 1')).toEqual(secret);
    expect(() => boxWith(current).open(sealed, 'totp 1')).toThrow('lacks the key');
  });

  it('refuses what belongs to somebody else, and what was altered anywhere', () => {
    const box = boxWith(current);
    const sealed = box.seal(secret, 'totp 1');
    expect(() => box.open(sealed, 'totp 2')).toThrow();
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => box.open(altered, 'totp 1')).toThrow();
    }
  });
});
