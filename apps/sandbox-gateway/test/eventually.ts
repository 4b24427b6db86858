import { setTimeout as sleep } from 'node:timers/promises';

type Nothing = null | undefined | false | 0 | '';

/** Waits until `probe` returns something; fails after `withinMs`. */
export async function eventually<T>(probe: () => T | Promise<T>, withinMs = 5_000): Promise<Exclude<T, Nothing>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found) return found as Exclude<T, Nothing>;
    if (Date.now() > deadline) throw new Error(`Not so within ${withinMs} ms: ${probe.toString()}`);
    await sleep(5);
  }
}
