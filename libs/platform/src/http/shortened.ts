/** No list of a body may have more items, and no object more fields, than this; a test looks at all DTOs. */
export const MOST_PARTS = 100;

/**
 * Cuts, in place, what is longer than anything that is valid: it is refused for its length as it is, and class-validator
 * would take seconds of everybody's time to tell what else is wrong with each of the 30,000 items that a body has room for.
 */
export function shorten(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) value.length = Math.min(value.length, MOST_PARTS + 1);
  else for (const name of Object.keys(value).slice(MOST_PARTS + 1)) delete (value as Record<string, unknown>)[name];
  Object.values(value).forEach(shorten);
}
