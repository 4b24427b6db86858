// The yardstick as a child of the benchmark: says when it is ready.
await import('./raw.mjs');
process.send?.({ ready: true });
