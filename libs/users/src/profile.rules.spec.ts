import { findNameChange } from './profile.rules';

const names = { firstName: 'Grace', lastName: 'Hopper' };

describe('findNameChange', () => {
  it('holds only what differs', () => {
    expect(findNameChange(names, { firstName: 'Grace', lastName: 'Murray' })).toEqual({
      before: { lastName: 'Hopper' },
      after: { lastName: 'Murray' },
    });
  });

  it.each([{}, { firstName: 'Grace' }, names])('is nothing for %j', (wanted) => {
    expect(findNameChange(names, wanted)).toBeUndefined();
  });
});
