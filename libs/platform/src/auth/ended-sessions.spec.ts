import type { Signals, UnitOfWork } from '@platform/database';
import type { Log } from '@platform/observability';
import { EndedSessions } from './ended-sessions';
import { ACCESS_TOKEN_SECONDS } from './key-schedule.rules';
import type { VerifiedTokens } from './verified-tokens';

const START = Date.parse('2026-01-31T12:00:00Z');

describe('EndedSessions', () => {
  const asked: unknown[] = [];
  const make = () => {
    const uow = {
      sql: async (_text: string, [seconds]: unknown[]) => {
        asked.push(seconds);
        return [];
      },
      execute: async () => 1,
      afterCommit: (hook: () => void) => hook(),
    };
    const signals = { send: async () => undefined, receive: async () => undefined };
    const tokens = { forgetSession: () => undefined };
    const parts = [uow, signals, tokens, {}] as unknown as [UnitOfWork, Signals, VerifiedTokens, Log];
    return new EndedSessions(...parts);
  };

  beforeEach(() => jest.useFakeTimers({ now: START }));
  afterEach(() => jest.useRealTimers());

  const later = (seconds: number) => jest.setSystemTime(START + seconds * 1_000);

  it('remembers an end for a minute longer than its tokens live: clocks differ a little', async () => {
    const sessions = make();
    await sessions.end(['ended']);
    later(ACCESS_TOKEN_SECONDS + 59);
    await sessions.end(['another']);
    expect(sessions.has('ended')).toBe(true);
    later(ACCESS_TOKEN_SECONDS + 60);
    await sessions.end(['a third']);
    expect(sessions.has('ended')).toBe(false);
  });

  it('reads the same minute from the table', async () => {
    const sessions = make();
    await sessions.onModuleInit();
    sessions.onApplicationShutdown();
    expect(asked).toEqual([ACCESS_TOKEN_SECONDS + 60]);
  });
});
