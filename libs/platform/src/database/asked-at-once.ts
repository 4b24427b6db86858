/**
 * Reads by one statement what is asked for at once: the fifty mails of a job each want their order, and come to that in the
 * same turn of the event loop. Not inside a transaction: who asks gets what another's connection reads.
 */
export class AskedAtOnce<Key, Found> {
  private asked = new Map<Key, PromiseWithResolvers<Found | undefined>>();

  /** @param read what is found of these keys, each at most once */
  constructor(private readonly read: (keys: Key[]) => Promise<Map<Key, Found>>) {}

  /** @returns undefined when there is none */
  find(key: Key): Promise<Found | undefined> {
    if (this.asked.size === 0) setImmediate(() => void this.answer());
    const asked = this.asked.get(key) ?? Promise.withResolvers<Found | undefined>();
    this.asked.set(key, asked);
    return asked.promise;
  }

  private async answer(): Promise<void> {
    const { asked } = this;
    this.asked = new Map();
    try {
      const found = await this.read([...asked.keys()]);
      for (const [key, { resolve }] of asked) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }
}
