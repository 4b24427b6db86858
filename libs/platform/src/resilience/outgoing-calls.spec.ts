import { CallTimedOut, CallWithheld, OutgoingCalls, type CallOutcome } from './outgoing-calls';

/** Answers are status numbers; a broken connection is an Error. */
const isTransient = (answerOrError: unknown) =>
  answerOrError instanceof Error ? answerOrError.message === 'broken' : (answerOrError as number) >= 500;

function party(timeoutMs = 1_000) {
  const outcomes: CallOutcome[] = [];
  const states: string[] = [];
  const observer = {
    called: (outcome: CallOutcome) => void outcomes.push(outcome),
    circuitChanged: (state: string) => void states.push(state),
  };
  return { calls: new OutgoingCalls({ timeoutMs, isTransient }, observer), outcomes, states };
}

/** Gives these one after the other, then the last for ever; counts. */
function answering(...answers: Array<number | Error>) {
  const call = jest.fn(async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer as number;
  });
  return call;
}

describe('OutgoingCalls', () => {
  afterEach(() => jest.restoreAllMocks());

  it('tries twice more what may be tried again, and gives the last answer', async () => {
    const { calls, outcomes } = party();
    const recovering = answering(503, new Error('broken'), 200);
    expect(await calls.run(recovering)).toBe(200);
    expect(recovering).toHaveBeenCalledTimes(3);
    const down = answering(500);
    expect(await calls.run(down)).toBe(500);
    expect(down).toHaveBeenCalledTimes(3);
    expect(outcomes).toEqual(['answered', 'transient']);
  });

  it('does not repeat a refusal or a failure of our own', async () => {
    const { calls, outcomes } = party();
    const refusing = answering(402);
    expect(await calls.run(refusing)).toBe(402);
    const faulty = answering(new Error('a bug'));
    await expect(calls.run(faulty)).rejects.toThrow('a bug');
    expect([refusing, faulty].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    expect(outcomes).toEqual(['answered', 'failed']);
  });

  it('waits for an answer until its time is over, and does not repeat what may have arrived', async () => {
    const { calls, outcomes } = party(20);
    const silent = jest.fn(() => new Promise<number>(() => undefined));
    await expect(calls.run(silent)).rejects.toThrow(CallTimedOut);
    expect(silent).toHaveBeenCalledTimes(1);
    expect(outcomes).toEqual(['timed_out']);
  });

  it('withholds calls from who fails too often, until one call after a rest has worked', async () => {
    const { calls, states } = party();
    const down = answering(500);
    for (let n = 0; n < 20 && calls.circuit === 'closed'; n++) await calls.run(down).catch(() => undefined);
    const before = down.mock.calls.length;
    expect(before).toBeGreaterThanOrEqual(10);
    const withheld = await calls.run(down).catch((error: unknown) => error);
    expect(withheld).toBeInstanceOf(CallWithheld);
    expect((withheld as CallWithheld).retryAfterMs).toBeGreaterThanOrEqual(5_000);
    expect(down.mock.calls.length).toBe(before);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 5_000);
    expect(await calls.run(answering(200))).toBe(200);
    expect(calls.circuit).toBe('closed');
    expect(states).toEqual(['open', 'half_open', 'closed']);
  });

  it('tells what became of an attempt, though its repetition was withheld', async () => {
    const { calls, outcomes } = party();
    const down = answering(500);
    for (let n = 0; n < 20 && calls.circuit === 'closed'; n++) await calls.run(down);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 5_000);
    expect(await calls.run(down)).toBe(500); // half open; what it was asked to repeat, an open circuit withheld
    expect(calls.circuit).toBe('open');
    expect(new Set(outcomes)).toEqual(new Set(['transient']));
  });

  it('aborts what has no answer at the deadline, and nothing else', async () => {
    const { calls } = party(20);
    const signals: AbortSignal[] = [];
    await calls.run(async (signal) => signals.push(signal));
    const silent = (signal: AbortSignal) => new Promise<number>(() => void signals.push(signal));
    await expect(calls.run(silent)).rejects.toThrow(CallTimedOut);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it('lets only so many calls wait', async () => {
    const { calls } = party();
    let answer: (status: number) => void = () => undefined;
    const slow = new Promise<number>((resolve) => (answer = resolve));
    const running = Array.from({ length: 32 + 64 }, () => calls.run(() => slow));
    await expect(calls.run(() => slow)).rejects.toThrow(CallWithheld);
    answer(200);
    expect(new Set(await Promise.all(running))).toEqual(new Set([200]));
  });
});
