import { ApiClient } from './api-client';
import { Program } from './child-process';
import type { Shop } from './shop';

/** An api as it is delivered, in a process of its own. */
export interface BuiltApi {
  program: Program;
  /** It, as nobody. */
  api: ApiClient;
}

/** Starts a built api beside the one in this process: the same database, another port. */
export async function startBuiltApi(shop: Shop, settings: Record<string, string> = {}): Promise<BuiltApi> {
  const program = await Program.start('api/src/main.js', { ...shop.settings, PORT: '0', ...settings });
  return { program, api: new ApiClient(`http://127.0.0.1:${program.ready.port}`) };
}
