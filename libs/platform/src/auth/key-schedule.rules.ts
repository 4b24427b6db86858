/** How long an access token is good for, in seconds. */
export const ACCESS_TOKEN_SECONDS = 900;

/** What refuses or corrects tokens is kept longer than any of them lives, by a clock that may be a little off. */
export const KEPT_SECONDS = ACCESS_TOKEN_SECONDS + 60;

/** How long others may keep our key set (`Cache-Control: max-age`). */
export const JWKS_SECONDS = 300;

/** Clocks differ, and processes read the folder once a minute. */
const MARGIN_SECONDS = 120;

/** What is to be done with the keys that there are. */
export interface KeySchedule {
  /** The key that signs now. */
  signing: string;
  /** Keys that are published and verify, in the order of their names. */
  published: string[];
  /** Keys of which no token can be good any more. */
  retired: string[];
}

/**
 * When which key does what follows from the names alone, so that all processes agree without talking to each other. A
 * name that begins with a time (`2026-01-31T120000Z-…`, as `npm run keys:rotate` gives it) says when the key was
 * published: it signs `leadSeconds` later, when every cache has it, and from then on the one before is only needed until
 * its last token has expired. Any other name is of a key that was published long ago.
 * @param kids the names, in any order; at least one
 * @param nowMs milliseconds since 1970
 */
export function scheduleKeys(kids: readonly string[], leadSeconds: number, nowMs: number): KeySchedule {
  const sorted = [...kids].sort();
  const signsFrom = (kid: string) => publishedAt(kid) + leadSeconds * 1_000;
  const current = sorted.findLastIndex((kid) => signsFrom(kid) <= nowMs);
  const signing = sorted[Math.max(0, current)] as string; // while none is old enough, the oldest has to do
  const outlivesMs = (ACCESS_TOKEN_SECONDS + MARGIN_SECONDS) * 1_000;
  const isRetired = (_kid: string, at: number) =>
    sorted.slice(at + 1, current + 1).some((later) => publishedAt(later) > 0 && signsFrom(later) + outlivesMs <= nowMs);
  return {
    signing,
    published: sorted.filter((kid, at) => !isRetired(kid, at)),
    retired: sorted.filter(isRetired),
  };
}

/** The time in a name, in milliseconds since 1970; 0 when there is none. */
function publishedAt(kid: string): number {
  const [, day, hour, minute, second] = /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(kid) ?? [];
  return day === undefined ? 0 : Date.parse(`${day}T${hour}:${minute}:${second}Z`) || 0;
}
