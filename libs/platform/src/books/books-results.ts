import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { Metrics } from '@platform/observability';
import type { CheckOutcome } from './examine-books';

const STORE = `
  INSERT INTO platform.books (name, offending)
  SELECT name, offending FROM unnest($1::text[], $2::int[]) AS found (name, offending)
  ON CONFLICT (name) DO UPDATE SET offending = excluded.offending, checked_at = now()`;

/** What the worker found when it last looked; any process shows it in its metrics. */
@Injectable()
export class BooksResults {
  constructor(
    private readonly uow: UnitOfWork,
    metrics: Metrics,
  ) {
    metrics.gauge('books_offending_rows', 'Rows that break a rule of the books', ['check'], async () =>
      (await this.list()).flatMap(({ name, offending }) =>
        offending === null ? [] : [{ value: offending, labels: { check: name } }],
      ),
    );
    metrics.gauge('books_age_seconds', 'Since when a rule of the books has not been looked at', ['check'], async () =>
      (await this.list()).map(({ name, age }) => ({ value: age, labels: { check: name } })),
    );
  }

  /** Whether nobody has looked for so long. */
  async areOlderThan(seconds: number): Promise<boolean> {
    const [row] = await this.uow.sql<{ areOld: boolean }>(
      `SELECT coalesce(max(checked_at) <= now() - make_interval(secs => $1), true) AS "areOld" FROM platform.books`,
      [seconds],
    );
    return row?.areOld ?? true;
  }

  /** Replaces what was found before. */
  async store(outcomes: CheckOutcome[]): Promise<void> {
    const names = outcomes.map(({ name }) => name);
    await this.uow.run(async () => {
      this.uow.queue(STORE, [names, outcomes.map(({ count }) => count)]);
      this.uow.queue('DELETE FROM platform.books WHERE name <> ALL($1)', [names]);
    });
  }

  private list(): Promise<Array<{ name: string; offending: number | null; age: number }>> {
    return this.uow.sql(
      `SELECT name, offending, extract(epoch FROM now() - checked_at)::float AS age FROM platform.books`,
    );
  }
}
