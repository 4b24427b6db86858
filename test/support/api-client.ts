import { randomUUID } from 'node:crypto';

/** An answer of the API. `body` is undefined when there is none. */
export interface Answer<Body = any> {
  status: number;
  headers: Headers;
  body: Body;
}

/** What a request has besides its method and path. */
export interface RequestOptions {
  body?: unknown;
  /** Idempotency-Key; a POST gets a fresh one when absent, `null` sends none. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** Talks to the API over real sockets, as one user or as nobody. */
export class ApiClient {
  constructor(
    readonly origin: string,
    readonly token?: string,
  ) {}

  as(token: string): ApiClient {
    return new ApiClient(this.origin, token);
  }

  get(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.send('GET', path, options);
  }

  post(path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.send('POST', path, { ...options, body });
  }

  patch(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.send('PATCH', path, { ...options, body });
  }

  delete(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.send('DELETE', path, options);
  }

  /** @param path from the root; `/orders` is short for `/api/v1/orders` */
  async send(method: string, path: string, { body, key, headers = {} }: RequestOptions = {}): Promise<Answer> {
    const sent: Record<string, string> = { ...headers };
    if (this.token !== undefined) sent['authorization'] ??= `Bearer ${this.token}`;
    if (body !== undefined) sent['content-type'] ??= 'application/json';
    if (method === 'POST' && key !== null) sent['idempotency-key'] = key ?? randomUUID();
    const payload = typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
    const response = await fetch(this.origin + toPath(path), {
      method,
      headers: sent,
      body: body === undefined ? undefined : payload,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : isJson ? JSON.parse(text) : text,
    };
  }
}

function toPath(path: string): string {
  return /^\/((api|%61pi|health|metrics|\.well-known|admin)(\/|\?|$)|docs)/.test(path) ? path : `/api/v1${path}`;
}
