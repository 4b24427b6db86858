/** Finds out that the other end is gone though nobody has said so; the kernel's own first look is after two hours. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
