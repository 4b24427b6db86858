import { createRecoveryCodes, hashRecoveryCode } from './recovery-code.rules';

describe('recovery codes', () => {
  it('are ten, all different, in groups that a person can copy', () => {
    const codes = createRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('are the same however they are written', () => {
    const hash = hashRecoveryCode('7Q2M-X01K-9DVA-E5T0');
    expect(hash).toHaveLength(32);
    for (const written of ['7q2m-x01k-9dva-e5t0', '7Q2MX01K9DVAE5T0', ' 7Q2M X0LK 9DVA E5TO ', '7Q2M-XOIK-9DVA-E5T0'])
      expect(hashRecoveryCode(written)).toEqual(hash);
    expect(hashRecoveryCode('7Q2M-X01K-9DVA-E5T1')).not.toEqual(hash);
  });

  it('are nothing else', () => {
    for (const text of ['', '123456', '7Q2M-X01K-9DVA-E5T', '7Q2M-X01K-9DVA-E5TU', '7Q2M-X01K-9DVA-E5T00'])
      expect(hashRecoveryCode(text)).toBeUndefined();
  });
});
