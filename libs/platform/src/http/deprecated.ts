import { applyDecorators, Header } from '@nestjs/common';

/** How long a route will still be there, and what takes its place. */
interface Deprecation {
  /** The day since which it is deprecated, e.g. `2026-11-01` */
  since: string;
  /** The day after which it may be gone */
  sunset: string;
  /** The path of the route to use instead */
  successor: string;
}

/** A route that answers as before and says in its headers that it will go: RFC 9745, RFC 8594 and RFC 8288. */
export function Deprecated({ since, sunset, successor }: Deprecation): MethodDecorator {
  return applyDecorators(
    Header('Deprecation', `@${Date.parse(since) / 1_000}`),
    Header('Sunset', new Date(sunset).toUTCString()),
    Header('Link', `<${successor}>; rel="successor-version"`),
  );
}
