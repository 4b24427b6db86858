import type { RetryPolicy, SagaStep } from './saga';

/** Exponential with full jitter: many sagas that failed together don't come back together. @param attempts 1 or more */
export function pauseMs({ firstPauseMs, longestPauseMs }: RetryPolicy, attempts: number, random = Math.random): number {
  return random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1));
}

/** Fails when the work takes longer than its step may. What it still does then is refused by the step's fence. */
export async function withDeadline<T>(work: Promise<T>, { name, timeoutMs }: SagaStep): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Step ${name} took longer than ${timeoutMs} ms.`)), timeoutMs);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
