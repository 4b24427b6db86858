/** As much of a browser as signing in needs: cookies, redirects, forms. */
export class CookieBrowser {
  private readonly jar = new Map<string, string>();

  constructor(private readonly device = 'A browser') {}

  /** Follows redirects until a page is shown, or until the next address begins with `stopAt`, which is not called. */
  async open(
    address: string,
    init: RequestInit = {},
    stopAt?: string,
  ): Promise<{ address: string; response?: Response }> {
    let [url, options] = [new URL(address), init];
    for (let hops = 0; hops < 20; hops++) {
      const response = await this.send(url, options);
      const location = response.headers.get('location');
      if (location === null) return { address: url.href, response };
      url = new URL(location, url);
      options = {};
      if (stopAt !== undefined && url.href.startsWith(stopAt)) return { address: url.href };
    }
    throw new Error(`Too many redirects, the last to ${url.origin}${url.pathname}`);
  }

  /** Sends one request, and keeps the cookies of its answer. */
  async send(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...init.headers, cookie, 'user-agent': this.device };
    const response = await fetch(url, { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return response;
  }

  /** The value of a cookie; undefined when there is none. */
  cookie(name: string): string | undefined {
    return this.jar.get(name);
  }

  keep(name: string, value = ''): this {
    this.jar.set(name, value);
    return this;
  }
}
