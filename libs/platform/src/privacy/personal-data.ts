import { Injectable } from '@nestjs/common';

/** A module's part of what is kept about people. Whatever keeps something about a person registers one. */
export interface PersonalDataKeeper {
  /** The name of its part in an export, e.g. `orders`. */
  readonly name: string;
  /** All that it keeps about a person, in pages, so that a long life takes no more memory than a short one. */
  pages?(personId: string): AsyncIterable<object[]>;
  /**
   * Replaces or removes up to `limit` rows of personal data, in the caller's transaction. What others must keep (orders,
   * the ledger) stays, without what points at the person. Runs again after a crash, so rows that are done don't count.
   * @returns how many it erased; fewer than `limit` when nothing is left
   */
  erase?(personId: string, limit: number): Promise<number>;
}

/** What the modules of this process keep about people. Platform knows no module, so each one says what is its own. */
@Injectable()
export class PersonalData {
  private readonly keepers: PersonalDataKeeper[] = [];

  /** @throws Error when a part of that name is there already */
  register(keeper: PersonalDataKeeper): void {
    if (this.keepers.some(({ name }) => name === keeper.name))
      throw new Error(`Two keepers are called ${keeper.name}.`);
    this.keepers.push(keeper);
  }

  /** Everything about a person as the text of one JSON object, a list for each part, piece by piece. */
  async *exportOf(personId: string): AsyncGenerator<string> {
    yield `{"exportedAt":${JSON.stringify(new Date())}`;
    for (const keeper of this.keepers) {
      if (!keeper.pages) continue;
      yield `,${JSON.stringify(keeper.name)}:[`;
      let separator = '';
      for await (const page of keeper.pages(personId)) {
        if (page.length === 0) continue;
        yield separator + page.map((item) => JSON.stringify(item)).join(',');
        separator = ',';
      }
      yield ']';
    }
    yield '}';
  }

  /**
   * Erases a batch of each part; must run inside UnitOfWork.run().
   * @returns whether nothing is left
   */
  async eraseSome(personId: string, limit: number): Promise<boolean> {
    let isDone = true;
    for (const keeper of this.keepers) {
      if (keeper.erase && (await keeper.erase(personId, limit)) >= limit) isDone = false;
    }
    return isDone;
  }
}

/** Pages for a keeper, from a list that takes the last row of the page before. */
export async function* pagesOf<Row extends object>(
  list: (last: Row | undefined, limit: number) => Promise<Row[]>,
  limit = 200,
): AsyncGenerator<Row[]> {
  let last: Row | undefined;
  for (;;) {
    const page = await list(last, limit);
    yield page;
    if (page.length < limit) return;
    last = page.at(-1);
  }
}
