import type { ApiClient } from './api-client';
import { expectStatus } from './orders';

const FAR_TOO_MANY = 1_000;

/**
 * Reads a list to its end, page by page, and checks each page: full but for the last one, and as long as it says.
 * @param path with its filters, without limit and cursor
 */
export async function readAllPages<Item = any>(client: ApiClient, path: string, limit: number): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < FAR_TOO_MANY; pages++) {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) });
    const answer = await client.get(`${path}${path.includes('?') ? '&' : '?'}${query}`);
    const { data, page } = expectStatus(answer, 200).body;
    expect(page.limit).toBe(limit);
    all.push(...data);
    if (page.nextCursor === null) {
      expect(data.length).toBeLessThanOrEqual(limit);
      return all;
    }
    expect(data).toHaveLength(limit);
    cursor = page.nextCursor as string;
  }
  throw new Error(`${path} never ends.`);
}
