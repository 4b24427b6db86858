import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Problem, say } from './problem.mjs';

/**
 * @typedef {object} WantedPort
 * @property {string} name of the setting
 * @property {number} preset
 * @property {string} user who listens there, for a person
 * @property {string} [host]
 */

/**
 * Finds a port for everyone. One that was set and is taken is a mistake that only the person can solve; a preset one
 * moves to the next free port.
 * @param {Record<string, string>} env
 * @param {WantedPort[]} wanted
 * @returns {Promise<Record<string, number>>} by name of the setting
 */
export async function choosePorts(env, wanted) {
  const chosen = {};
  const given = wanted.filter(({ name }) => env[name]);
  for (const port of given) chosen[port.name] = await takeGiven(env, port, Object.values(chosen));
  for (const port of wanted) chosen[port.name] ??= await takePreset(port, Object.values(chosen));
  return chosen;
}

async function takeGiven(env, { name, user, host }, used) {
  const port = Number(env[name]);
  if (!/^\d+$/.test(env[name]) || port < 1 || port > 65_535) {
    throw new Problem(`${name} is "${env[name]}": set it to a port number from 1 to 65535.`);
  }
  if (used.includes(port)) throw new Problem(`Port ${port} is set twice: set another ${name}.`);
  const why = await whyNot(port, host);
  if (!why) return port;
  throw new Problem(`Port ${port} (${name}, ${user}) ${why}: end the program that uses it, or set another ${name}.`);
}

async function takePreset({ name, preset, user, host }, used) {
  for (let port = preset; port < preset + 200; port++) {
    if (used.includes(port) || (await whyNot(port, host))) continue;
    if (port !== preset) say(`Port ${preset} is taken, so ${user} moves to ${port} (set ${name} to choose yourself).`);
    return port;
  }
  throw new Problem(`No free port from ${preset} to ${preset + 199} for ${user}: set ${name} to one.`);
}

/** `localhost` may mean ::1 for a browser, so a program that sits there counts too. */
async function whyNot(port, host = '127.0.0.1') {
  const hosts = host === '127.0.0.1' || host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  for (const each of hosts) {
    const code = await tryListening(port, each);
    if (code === 'EADDRINUSE') return 'is taken';
    if (code === 'EACCES') return 'may not be used by an ordinary user';
    if (code && each === host)
      throw new Problem(`HOST is ${host}, where nobody can listen (${code}): set another HOST.`);
  }
  return null;
}

function tryListening(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/**
 * Any port that is free, below those that the system gives to outgoing connections: one of them could take it in the
 * moment before it is used.
 * @returns {Promise<number>}
 */
export async function anyFreePort() {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if ((await tryListening(port, '127.0.0.1')) === null) return port;
  }
}
