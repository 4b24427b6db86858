import { createTotpSecret, findStep, isTotpCode, totpSecretText, totpUri } from './totp-codes';

/** RFC 6238, appendix B, the last six digits of its SHA-1 column. */
const SECRET = Buffer.from('12345678901234567890');
const VECTORS: Array<[seconds: number, code: string]> = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
];

describe('totp codes', () => {
  it.each(VECTORS)('agree with the RFC at %d', (seconds, code) => {
    expect(findStep(SECRET, code, seconds)).toBe(Math.floor(seconds / 30));
  });

  it('take the step before and after, and no other', () => {
    const taken = [-61, -31, -30, 0, 30, 59, 90].map((later) => findStep(SECRET, '005924', 1_234_567_890 + later));
    const step = 41_152_263;
    expect(taken).toEqual([undefined, undefined, step, step, step, step, undefined]);
    expect(findStep(SECRET, '005925', 1_234_567_890)).toBeUndefined();
  });

  it('know a code by its form', () => {
    expect(['000000', '123456'].every(isTotpCode)).toBe(true);
    expect(['', '12345', '1234567', '12345a', '１２３４５６', ' 123456'].some(isTotpCode)).toBe(false);
  });

  it('write what authenticator apps read', () => {
    const uri = new URL(totpUri(SECRET, 'Countinghouse', 'grace@example.test'));
    expect(uri.protocol + uri.host).toBe('otpauth:totp');
    expect(decodeURIComponent(uri.pathname)).toBe('/Countinghouse:grace@example.test');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      ...{ issuer: 'Countinghouse', secret: totpSecretText(SECRET), algorithm: 'SHA1', digits: '6', period: '30' },
    });
    expect(totpSecretText(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(createTotpSecret()).toHaveLength(20);
    expect(createTotpSecret()).not.toEqual(createTotpSecret());
  });
});
