import { QueueRoom } from './queue-room';

describe('the room in a queue', () => {
  /** Adds four jobs at a time, as often as there is room. @returns how many wait then */
  const fill = async (room: QueueRoom, queue: { waiting: number }) => {
    for (let rounds = 0; rounds < 1_000 && (await room.isThere()); rounds++) {
      queue.waiting += 4;
      room.note(4);
    }
    return queue.waiting;
  };
  const begin = () => {
    const queue = { waiting: 0 };
    const countWaiting = jest.fn(() => Promise.resolve(queue.waiting));
    return { queue, countWaiting, room: new QueueRoom(countWaiting) };
  };

  it('comes to an end while nobody takes jobs out, and is there again once somebody has', async () => {
    const { queue, room } = begin();
    expect(await fill(room, queue)).toBeLessThanOrEqual(160);
    expect(await room.isThere()).toBe(false);
    queue.waiting = 10;
    expect(await room.isThere()).toBe(true);
    expect(await fill(room, queue)).toBeLessThanOrEqual(160);
  });

  it('is asked for rarely while jobs are taken out as they come', async () => {
    const { countWaiting, room } = begin();
    for (let jobs = 0; jobs < 1_000; jobs++) {
      expect(await room.isThere()).toBe(true);
      room.note(1);
    }
    expect(countWaiting.mock.calls.length).toBeLessThanOrEqual(20);
  });
});
