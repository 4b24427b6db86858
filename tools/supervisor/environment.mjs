import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { Problem } from './problem.mjs';

/**
 * The settings a person gave: the environment, and under it the lines of an optional `.env`. An empty value counts as
 * not given, as it does in the product.
 * @returns {Record<string, string>}
 */
export function readEnvironment() {
  const given = Object.entries(process.env).filter(([, value]) => value);
  return { ...readDotEnv(join(root, '.env')), ...Object.fromEntries(given) };
}

/** Whether a setting, or the file that holds it, was given. */
export function isGiven(env, name) {
  return Boolean(env[name] || env[`${name}_FILE`]);
}

function readDotEnv(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw new Problem(`The file .env can't be read (${error.code}): make it readable, or remove it.`);
  }
  const settings = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!name) throw new Problem(`Line ${index + 1} of .env is not NAME=value: correct it, or put a # before it.`);
    const bare = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value.replace(/\s+#.*$/, '');
    if (bare) settings[name] = bare;
  }
  return settings;
}
