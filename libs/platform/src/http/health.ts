/** One part of the system that readiness looks at. */
export interface HealthCheck {
  name: string;
  /** Whether the API is of no use without it: then readiness is 503. All else is only reported. */
  isEssential: boolean;
  /** Resolves when the part works, possibly with public facts such as an address; rejects when it does not. */
  probe(): Promise<Record<string, string> | void>;
}

/** The outcome of one check. */
export interface CheckResult {
  status: 'up' | 'down';
  latencyMs: number;
  [fact: string]: string | number;
}

const PROBE_TIMEOUT_MS = 2_000;

/** The checks of this process, registered by the modules that know how to look; and whether it is draining. */
export class Health {
  isDraining = false;
  private readonly checks: HealthCheck[] = [];

  register(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** Runs all checks at once, none for longer than 2 s. */
  async examine(): Promise<{ isReady: boolean; checks: Record<string, CheckResult> }> {
    const results = await Promise.all(this.checks.map(async (check) => [check, await run(check)] as const));
    const isBroken = results.some(([check, { status }]) => check.isEssential && status === 'down');
    return {
      isReady: !isBroken && !this.isDraining,
      checks: Object.fromEntries(results.map(([{ name }, result]) => [name, result])),
    };
  }
}

async function run(check: HealthCheck): Promise<CheckResult> {
  const startedAt = performance.now();
  const latencyMs = () => Math.round((performance.now() - startedAt) * 10) / 10;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), PROBE_TIMEOUT_MS);
  });
  try {
    const facts = await Promise.race([check.probe(), deadline]);
    return { ...facts, status: 'up', latencyMs: latencyMs() };
  } catch {
    return { status: 'down', latencyMs: latencyMs() };
  } finally {
    clearTimeout(timer);
  }
}
