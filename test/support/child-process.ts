import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newLogFile } from './logs';

/** What Node has compiled of our files: of the hundreds of starts in a run only the first of each program does that. */
const COMPILE_CACHE = join(process.cwd(), '.data/compile-cache');
const PAUSE_MS = 20;
const FAULT_HOOK = join(__dirname, 'fault-hook.cjs');

/** A built process of ours, started for a test, that can be stopped, killed and frozen. */
export class Program {
  private constructor(
    readonly child: ChildProcess,
    private readonly logPath: string,
    /** What it said when it was ready, e.g. its port. */
    readonly ready: { port?: number },
  ) {}

  /**
   * Resolves once the program says that it is ready, or, with a fault, once it has met that before: a slow one begins to work
   * before it says so.
   * @param entry below dist/apps, e.g. `worker/src/main.js`
   * @param fault where it is to break, see fault-hook.cjs
   */
  static async start(entry: string, settings: Record<string, string>, fault?: string): Promise<Program> {
    const logPath = newLogFile(entry);
    const child = fork(join(process.cwd(), 'dist/apps', entry), [], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...settings,
        LOG_FILE: '',
        ...(fault === undefined ? {} : { FAULT: fault }),
      },
      execArgv: fault === undefined ? [] : ['--require', FAULT_HOOK],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const log = createWriteStream(logPath);
    child.stdout?.pipe(log);
    child.stderr?.pipe(log);
    const ready = await Promise.race([
      once(child, 'message').then(([message]) => message as { port?: number }),
      once(child, 'exit').then(([code, signal]) => {
        if (fault !== undefined && signal === 'SIGKILL') return {};
        throw new Error(`${entry} ended with ${code}:\n${readFileSync(logPath, 'utf8')}`);
      }),
      ...(fault?.endsWith(':SIGSTOP') ? [untilHalted(child).then(() => ({}))] : []),
    ]);
    return new Program(child, logPath, ready);
  }

  /** Everything that it has logged so far. */
  get log(): string {
    return readFileSync(this.logPath, 'utf8');
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends SIGTERM and waits. @returns the exit code */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** What a power cut does. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when it was halted by the fault that it was started with. */
  untilHalted(): Promise<void> {
    return untilHalted(this.child);
  }

  /** Resolves when it has ended, by whatever. */
  async untilEnded(): Promise<void> {
    if (!this.hasEnded) await once(this.child, 'exit');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.hasEnded) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    this.child.kill('SIGCONT'); // what a test that failed left halted would never hear of it
    await ended;
    return this.child.exitCode;
  }
}

/** Resolves when the process is halted (`man 5 proc`), or has ended. */
async function untilHalted({ pid }: ChildProcess): Promise<void> {
  const look = () => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      return 'ended';
    }
  };
  while (!/^ended|\) [TZ] /.test(look())) await delay(PAUSE_MS);
}
