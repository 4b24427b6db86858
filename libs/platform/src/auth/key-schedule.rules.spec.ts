import { scheduleKeys } from './key-schedule.rules';

const OLD = '2026-01-01-aaaaaa';
const NEW = '2026-01-31T120000Z-bbbbbb';
const NEWER = '2026-03-01T000000Z-cccccc';
const LEAD = 600;
const at = (time: string, kids = [OLD, NEW]) => scheduleKeys(kids, LEAD, Date.parse(`2026-01-31T${time}Z`));

describe('scheduleKeys', () => {
  it.each([
    ['a new key is published and does not sign yet', '12:09:59', OLD, [OLD, NEW]],
    ['it signs when every cache has it; the old one verifies', '12:10:00', NEW, [OLD, NEW]],
    ['the old one verifies until its last token has expired', '12:26:59', NEW, [OLD, NEW]],
    ['then it is gone', '12:27:00', NEW, [NEW]],
  ])('%s', (_what, time, signing, published) => {
    const retired = published.includes(OLD) ? [] : [OLD];
    expect(at(time)).toEqual({ signing, published, retired });
  });

  it('lets a first key sign at once: there is no other', () => {
    expect(at('12:00:00', [NEW])).toEqual({ signing: NEW, published: [NEW], retired: [] });
  });

  it('looks at names, not at the order in which they come', () => {
    expect(scheduleKeys([NEWER, OLD, NEW], LEAD, Date.parse('2026-02-28'))).toMatchObject({
      signing: NEW,
      published: [NEW, NEWER],
    });
  });

  it('never retires for a key whose name tells no time', () => {
    const byHand = scheduleKeys(['a', 'b'], LEAD, Date.parse('2026-01-31'));
    expect(byHand).toEqual({ signing: 'b', published: ['a', 'b'], retired: [] });
    expect(scheduleKeys(['a', '2026-99-99T999999Z-x'], LEAD, 0).retired).toEqual([]);
  });
});
