import { stripVTControlCharacters } from 'node:util';

/** A failure that a person can do something about: one sentence that says what, and the lines that show why. */
export class Problem extends Error {
  /**
   * @param {string} sentence
   * @param {string[]} [lines] what the failing program said last
   */
  constructor(sentence, lines = []) {
    super(sentence);
    this.lines = lines;
  }
}

/** Somebody asked us to stop while we were still busy; not a failure. */
export class StopRequested extends Error {
  /** @param {string} signal */
  constructor(signal) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
  }
}

/** @param {string} line progress, for the person at the terminal */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * The end of a program's output, without blank lines, and without colours where nobody would see them.
 * @param {string} output
 */
export function lastLines(output, count = 15) {
  const text = process.stdout.isTTY ? output : stripVTControlCharacters(output);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}

/**
 * @param {unknown} error
 * @returns {number} the exit code that belongs to it
 */
export function report(error) {
  if (error instanceof StopRequested) {
    say(error.message);
    return error.signal === 'SIGINT' ? 130 : 143;
  }
  if (error instanceof Problem) {
    for (const line of error.lines) process.stderr.write(`  ${line}\n`);
    process.stderr.write(`${error.message}\n`);
  } else if (error?.syscall && error.path) {
    process.stderr.write(
      `${error.path} can't be used (${error.syscall}: ${error.code}): check its permissions and the space on the disk.\n`,
    );
  } else {
    process.stderr.write(
      `Something went wrong that nobody thought of: ${error instanceof Error ? error.stack : error}\n`,
    );
  }
  return 1;
}
