import { copyFileSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, renameSync } from 'node:fs';
import { relative } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { root } from './paths.mjs';
import { lastLines, say } from './problem.mjs';

const FOLLOW_EVERY_MS = 300;
const SHOWN_AT_ONCE = 10;
const SHOWN_LENGTH = 220;
const LARGEST_BYTES = 100 * 1024 * 1024;
const WORTH_SHOWING = /^\{.*"level":"(?:warn|error|fatal)".*$/gm;

/**
 * A service writes straight into its log file: no byte passes through the supervisor, so logging costs the service
 * nothing extra and goes on after our death. We follow the file and show what a person should see.
 */
export class ServiceLog {
  #decoder = new StringDecoder('utf8');
  #readBytes = 0;
  #rest = '';

  /** @param {string} name @param {string} path the log of the start before this one is kept as `.1` */
  constructor(name, path) {
    this.name = name;
    this.path = path;
    if (existsSync(path)) renameSync(path, `${path}.1`);
    this.descriptor = openSync(path, 'a+', 0o600);
    setInterval(() => {
      try {
        this.#follow();
      } catch {
        // a full disk, say: the services go on
      }
    }, FOLLOW_EVERY_MS).unref();
  }

  get shownPath() {
    return relative(root, this.path);
  }

  /** @returns {string[]} for the failure of the service: readable, the newest last */
  lastLines() {
    const { size } = fstatSync(this.descriptor);
    const from = Math.max(0, size - 16_384);
    return lastLines(this.#read(from, size).toString('utf8')).map(readable);
  }

  #follow() {
    const { size } = fstatSync(this.descriptor);
    if (size <= this.#readBytes) return;
    const lines = (this.#rest + this.#decoder.write(this.#read(this.#readBytes, size))).split(/(?<=\n)/);
    this.#readBytes = size;
    this.#rest = lines.at(-1).endsWith('\n') ? '' : lines.pop();
    this.#show(lines.join('').match(WORTH_SHOWING) ?? []);
    if (size > LARGEST_BYTES) this.#startAnew();
  }

  #show(lines) {
    for (const line of lines.slice(0, SHOWN_AT_ONCE)) say(`[${this.name}] ${readable(line)}`);
    const more = lines.length - SHOWN_AT_ONCE;
    if (more > 0) say(`[${this.name}] … and ${more} more in ${this.shownPath}`);
  }

  #read(from, to) {
    const buffer = Buffer.alloc(to - from);
    return buffer.subarray(0, readSync(this.descriptor, buffer, 0, buffer.length, from));
  }

  /** A long benchmark must not fill the disk. The service appends, so it goes on at the new end. */
  #startAnew() {
    copyFileSync(this.path, `${this.path}.1`);
    ftruncateSync(this.descriptor, 0);
    this.#readBytes = 0;
  }
}

/** A JSON log line as one short sentence; any other line as it is. */
function readable(line) {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  const { level, event, msg, error, err, time: _time, process: _process, stack: _stack, ...fields } = entry;
  const cause = (error ?? err)?.message ?? error ?? err;
  const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
  const text = `${level}: ${event ?? msg ?? ''}${cause ? `: ${cause}` : ''}${rest}`;
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
