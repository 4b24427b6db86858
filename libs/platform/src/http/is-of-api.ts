import type { FastifyRequest } from 'fastify';

/** By the route that was found, not by the address as it was written: `/%61pi/v1/orders` is a route of the API too. */
export const isOfApi = ({ routeOptions }: FastifyRequest, below = '') =>
  routeOptions.url?.startsWith(`/api/${below}`) === true;
