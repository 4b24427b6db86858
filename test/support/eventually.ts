import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Looks until what is seen satisfies `isThere`: a condition instead of a sleep.
 * @param timeoutMs after this long it fails and says what was seen last
 */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  isThere: (seen: Seen) => boolean,
  timeoutMs = 45_000,
): Promise<Seen> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Not seen within ${timeoutMs} ms. Last: ${JSON.stringify(seen)}`);
    await delay(PAUSE_MS);
  }
}
