import type { FastifyRequest } from 'fastify';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Whether a request was made on this machine, by the address that it came from (TRUST_PROXY names whom to believe). */
export function isFromThisMachine({ ip }: FastifyRequest): boolean {
  return isThisMachine(ip);
}

export function isThisMachine(address: string): boolean {
  return LOOPBACK.has(address);
}
