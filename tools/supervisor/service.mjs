import { setTimeout as sleep } from 'node:timers/promises';
import { ended, spawnChild } from './children.mjs';
import { within } from './main.mjs';
import { Problem, say, StopRequested } from './problem.mjs';
import { ServiceLog } from './service-log.mjs';

const LONGEST_PAUSE_MS = 30_000;
/** After this long without a fall, the next one counts as the first again. */
const STEADY_MS = 60_000;

/**
 * @typedef {object} ServiceProgram
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {import('node:child_process').SpawnOptions} options
 * @property {NodeJS.Signals[]} [endSignals] one after the other, until it has ended
 * @property {number} endsWithinMs how long each of them but the last may take
 * @property {boolean} [talks] over IPC; a stranger such as PostgreSQL doesn't
 * @property {(child: import('node:child_process').ChildProcess) => Promise<unknown>} untilReady
 * @property {number} [readyWithinMs]
 * @property {string} logPath
 */

/** One long-running program: started, watched, started again when it falls, and ended. */
export class Service {
  /** Counts starts and stops, so that whoever still waits for an earlier one knows that it is over. */
  #turn = 0;
  #child = null;
  #ended = Promise.resolve();

  /** @param {ServiceProgram} program */
  constructor(program) {
    this.program = program;
    this.name = program.name;
  }

  /** Starts it and waits until it is ready; a first start that fails is the person's to solve. */
  async start() {
    const turn = ++this.#turn;
    this.log ??= new ServiceLog(this.name, this.program.logPath);
    await this.#launch();
    void this.#keepUp(turn);
  }

  /** @param {AbortSignal} [hurry] */
  async stop(hurry) {
    this.#turn++;
    const { endSignals = ['SIGTERM', 'SIGKILL'], endsWithinMs } = this.program;
    for (const signal of endSignals) {
      if (!this.#child) return;
      this.#child.kill(signal);
      const isLast = signal === endSignals.at(-1);
      if (await within(this.#ended, isLast ? 2000 : endsWithinMs, isLast ? undefined : hurry)) return;
    }
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  async #launch() {
    const { command, args, options, endSignals, talks = true, untilReady, readyWithinMs = 60_000 } = this.program;
    const stdio = ['ignore', this.log.descriptor, this.log.descriptor, ...(talks ? ['ipc'] : [])];
    const child = spawnChild(this.name, command, args, { ...options, stdio }, endSignals);
    this.#child = child;
    let failure;
    this.#ended = ended(child).then((how) => {
      failure = how ?? 'ended by itself';
      this.#child = null;
      return failure;
    });
    const inTime = await within(Promise.race([untilReady(child), this.#ended]), readyWithinMs);
    if (inTime && !failure) return;
    const why = failure ?? `not ready after ${readyWithinMs / 1000} s`;
    throw new Problem(
      `${this.name} did not start (${why}): see above and ${this.log.shownPath}.`,
      this.log.lastLines(),
    );
  }

  /** Waits for a fall, pauses for longer after each one, and starts again, until the turn is over. */
  async #keepUp(turn) {
    for (let falls = 0; ; falls++) {
      const upSince = Date.now();
      const how = await this.#ended;
      if (turn !== this.#turn) return;
      if (Date.now() - upSince > STEADY_MS) falls = 0;
      const pauseMs = Math.min(1000 * 2 ** falls, LONGEST_PAUSE_MS);
      say(`${this.name} has fallen (${how}); it starts again in ${pauseMs / 1000} s. Its log: ${this.log.shownPath}`);
      await sleep(pauseMs);
      if (turn !== this.#turn) return;
      await this.#launch().then(
        () => say(`${this.name} is up again`),
        (error) => error instanceof StopRequested || say(error.message),
      );
    }
  }
}

/** Our own programs say over IPC when they are up. */
export function readyMessage(child) {
  return new Promise((resolve) => child.on('message', (message) => message?.ready && resolve(message)));
}
