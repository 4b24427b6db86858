const HOOK = Symbol.for('countinghouse.fault-point');

/**
 * A named place at which a test may end or halt the process. It does nothing unless the process was started with a hook
 * (`node --require <hook>`); the product itself never sets one.
 */
export function faultPoint(name: string): void {
  const hook = (globalThis as Record<symbol, unknown>)[HOOK];
  if (typeof hook === 'function') (hook as (point: string) => void)(name);
}
