import { changeOf, digestOf, hashOf, judgePart, NO_HASH, type AuditRow } from './audit-chain.rules';

const ROW: AuditRow = {
  ...{ id: '1', action: 'orders.placed', resource: 'order', resourceId: '7', actor: 'a', requestId: 'r' },
  ...{ occurredAt: '2026-01-01T00:00:00.000000', address: '203.0.113.7', before: null, after: '{"total": 1}' },
};
const SALT = Buffer.alloc(16, 1);
const seal = (row: AuditRow) => ({
  ...{ seq: 1, eventId: row.id, sealedAt: '2026-01-01T00:00:01.000000' },
  address: digestOf(row.address, SALT),
  change: digestOf(changeOf(row), SALT),
});
const hash = (row: AuditRow, previous = NO_HASH) => hashOf(previous, row, seal(row)).toString('hex');

describe('the chain of the audit trail', () => {
  it.each(Object.keys(ROW).map((name) => [name as keyof AuditRow]))('covers %s', (name) => {
    expect(hash({ ...ROW, [name]: 'other' })).not.toBe(hash(ROW));
  });

  it('covers what stands before, the place in the chain and the time of sealing', () => {
    expect(hash(ROW, Buffer.alloc(32, 1))).not.toBe(hash(ROW));
    const others = [{ seq: 2 }, { sealedAt: 'later' }].map((other) => hashOf(NO_HASH, ROW, { ...seal(ROW), ...other }));
    expect(new Set([...others.map((other) => other.toString('hex')), hash(ROW)]).size).toBe(3);
  });

  it('can tell null from a text, and one column from the next', () => {
    expect(hash({ ...ROW, actor: null })).not.toBe(hash({ ...ROW, actor: 'null' }));
    expect(hash({ ...ROW, actor: 'ab', requestId: 'c' })).not.toBe(hash({ ...ROW, actor: 'a', requestId: 'bc' }));
    expect(changeOf({ before: null, after: null })).toBeNull();
    expect(changeOf({ before: '{}', after: null })).not.toBe(changeOf({ before: null, after: '{}' }));
  });

  it('stays the same when a personal part and its salt are erased', () => {
    const { address, ...rest } = seal(ROW);
    const erased = { ...rest, address: { ...address, salt: null } };
    expect(hashOf(NO_HASH, { ...ROW, address: null }, erased).toString('hex')).toBe(hash(ROW));
  });

  it.each([
    ['same', ROW.address, digestOf(ROW.address, SALT)],
    ['same', null, digestOf(null, SALT)],
    ['erased', null, { ...digestOf(ROW.address, SALT), salt: null }],
    ['changed', 'other', digestOf(ROW.address, SALT)],
    ['changed', null, digestOf(ROW.address, SALT)],
    ['changed', 'new', digestOf(null, SALT)],
    ['changed', ROW.address, { ...digestOf(ROW.address, SALT), salt: null }],
  ])('finds a part %s', (judged, part, digested) => {
    expect(judgePart(part, digested)).toBe(judged);
  });
});
