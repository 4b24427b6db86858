import type { FastifyRequest } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

const METHODS: HTTPMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Knows which methods an address answers to. Fastify and Nest call a wrong method 404; HTTP calls it 405. */
export class AllowedMethods {
  private readonly router = findMyWay({ ignoreTrailingSlash: true });

  /** Called for each route as Fastify learns of it. */
  add(route: { method: string | string[]; url: string }): void {
    for (const method of [route.method].flat() as HTTPMethod[]) {
      if (METHODS.includes(method) && !this.router.hasRoute(method, route.url))
        this.router.on(method, route.url, () => undefined);
    }
  }

  /** @returns the methods, or none when there is nothing at this address */
  at(url: string): string[] {
    const path = url.split('?')[0] ?? url;
    return METHODS.filter((method) => this.router.find(method, path) !== null);
  }
}

/** Which methods the address of a request answers to; none when there is nothing. */
export function methodsAt(request: FastifyRequest): string[] {
  const { allowedMethods } = request.server as unknown as { allowedMethods: AllowedMethods };
  return allowedMethods.at(request.url);
}
