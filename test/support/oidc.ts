import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Answer, ApiClient } from './api-client';
import { CookieBrowser } from './cookie-browser';

/** A provider that is up. */
export interface RunningProvider {
  /** Done to each answer of its token endpoint. */
  trouble?: (response: ServerResponse) => 'silence' | void;
  close(): Promise<void>;
}

interface ProviderModule {
  startProvider(port: number, redirectUris: string[]): Promise<RunningProvider>;
  forgeIdToken(response: ServerResponse, change: object): void;
}

export const providerModule = async (): Promise<ProviderModule> =>
  import(join(process.cwd(), 'test/support/oidc-provider.mjs'));

/** The provider's entry in the setting OIDC_PROVIDERS. */
export const settingOf = (name: string, port: number) => ({
  ...{ name, issuer: `http://127.0.0.1:${port}`, clientId: 'shop', clientSecret: 'a-secret-of-the-shop' },
});

export const pageOf = (api: ApiClient, page: 'start' | 'callback', provider = 'acme') =>
  `${api.origin}/api/v1/auth/oidc/${provider}/${page}`;

/** Of one sign-in. */
export interface Visit {
  provider?: string;
  browser?: CookieBrowser;
  /** What somebody in the middle does to the address of the provider's page. */
  change?: (url: URL) => void;
}

/** Signs somebody in at the provider. @returns the address that it sends the browser back to, and the browser */
export async function atProvider(api: ApiClient, login: string, visit: Visit = {}) {
  const { provider, browser = new CookieBrowser(), change = () => undefined } = visit;
  const callback = pageOf(api, 'callback', provider);
  const begun = await browser.send(new URL(pageOf(api, 'start', provider)));
  if (begun.status !== 302) throw new Error(`Not sent to the provider: ${begun.status}`);
  const authorization = new URL(begun.headers.get('location') ?? '');
  change(authorization);
  let page = await browser.open(authorization.href, {}, callback);
  for (const form of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }]) {
    if (!page.response) break;
    const body = new URLSearchParams(form as Record<string, string>);
    page = await browser.open(page.address, { method: 'POST', body }, callback);
  }
  if (page.response) throw new Error(`The provider keeps the browser: ${page.response.status}`);
  return { address: page.address, browser };
}

/** Follows the provider's last redirect. */
export async function back({ address, browser }: { address: string; browser: CookieBrowser }): Promise<Answer> {
  const response = await browser.send(new URL(address));
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** The whole of it. */
export async function signInWith(api: ApiClient, login: string, visit: Visit = {}): Promise<Answer> {
  return back(await atProvider(api, login, visit));
}
