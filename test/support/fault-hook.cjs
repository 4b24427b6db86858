/**
 * Preloaded into a process that a test wants to break: FAULT is `<point>:<n>:<signal>`, e.g.
 * `database.before_commit checkout:2:SIGKILL`; at the n-th time the point is passed the process gets the signal.
 */
const [point, nth, signal] = process.env.FAULT.split(':');
let passed = 0;
globalThis[Symbol.for('countinghouse.fault-point')] = (name) => {
  if (!name.startsWith(point) || ++passed !== Number(nth)) return;
  process.kill(process.pid, signal);
  // The signal arrives a moment later; nothing may happen in between.
  const until = Date.now() + 1_000;
  while (signal === 'SIGKILL' && Date.now() < until);
};
