import type { FastifyRequest } from 'fastify';
import type { Origin } from '../sessions/session.types';

const MAX_DEVICE_LENGTH = 200;

/** Where a request comes from. */
export function originOf(request: FastifyRequest): Origin {
  const userAgent = request.headers['user-agent']?.trim().slice(0, MAX_DEVICE_LENGTH);
  return { device: userAgent || 'unknown', address: request.ip };
}
