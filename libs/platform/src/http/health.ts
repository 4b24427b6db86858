/** One part of the system that readiness looks at. */
export interface HealthCheck {
  name: string;
  /** Whether the API is of no use without it: then readiness is 503. All else is only reported. */
  isEssential: boolean;
  /** For how long a good answer is remembered, so that probing costs others little; 0 when absent. */
  goodForMs?: number;
  /** Resolves when the part works, possibly with public facts such as an address; rejects when it does not. */
  probe(): Promise<Record<string, string> | void>;
  /** Whether the part, by what its probe says, works but can't be relied on. */
  isDegraded?(facts: Record<string, string>): boolean;
}

/** The outcome of one check. */
export interface CheckResult {
  status: 'up' | 'degraded' | 'down';
  latencyMs: number;
  [fact: string]: string | number;
}

const PROBE_TIMEOUT_MS = 2_000;

/** The checks of this process, registered by the modules that know how to look; and whether it is draining. */
export class Health {
  isDraining = false;
  private readonly checks: HealthCheck[] = [];
  private readonly remembered = new Map<HealthCheck, { result: CheckResult; until: number }>();

  register(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** Runs all checks at once, none for longer than 2 s. */
  async examine(): Promise<{ isReady: boolean; checks: Record<string, CheckResult> }> {
    const results = await Promise.all(this.checks.map(async (check) => [check, await this.resultOf(check)] as const));
    const isBroken = results.some(([check, { status }]) => check.isEssential && status === 'down');
    return {
      isReady: !isBroken && !this.isDraining,
      checks: Object.fromEntries(results.map(([{ name }, result]) => [name, result])),
    };
  }

  private async resultOf(check: HealthCheck): Promise<CheckResult> {
    const known = this.remembered.get(check);
    if (known && known.until > Date.now()) return known.result;
    const result = await run(check);
    if (result.status === 'up') this.remembered.set(check, { result, until: Date.now() + (check.goodForMs ?? 0) });
    return result;
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
    const facts = (await Promise.race([check.probe(), deadline])) ?? {};
    return { ...facts, status: check.isDegraded?.(facts) ? 'degraded' : 'up', latencyMs: latencyMs() };
  } catch {
    return { status: 'down', latencyMs: latencyMs() };
  } finally {
    clearTimeout(timer);
  }
}
