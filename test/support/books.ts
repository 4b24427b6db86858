import '../../apps/worker/src/worker.module'; // importing the modules registers their checks
import { collectedChecks, examineBooks, type CheckOutcome } from '@platform/books';
import type { Shop } from './shop';

/** What the books of a shop's database say that is not in order. */
export async function brokenBooksOf(shop: Shop): Promise<CheckOutcome[]> {
  const outcomes = await examineBooks(shop.db.url, collectedChecks(), { timeoutSeconds: 30, shown: 20 });
  return outcomes.filter(({ count }) => count !== 0);
}

/**
 * Whatever a test has done to the shop, everything is true that must always be true.
 * @param except checks that the test itself has broken, past the product
 */
export async function expectBooksEmpty(shop: Shop, except: string[] = []): Promise<void> {
  const broken = await brokenBooksOf(shop);
  expect(broken.filter(({ name }) => !except.includes(name))).toEqual([]);
}
