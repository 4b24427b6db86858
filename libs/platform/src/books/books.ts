import { Injectable } from '@nestjs/common';
import { Config } from '@platform/config';
import { collectedChecks } from './book-check';
import { examineBooks, type CheckOutcome } from './examine-books';

const SHOWN = 20;
const KEPT_MS = 5_000;

/** The books of the house: everything that must always be true of the data. */
@Injectable()
export class Books {
  private latest: { until: number; outcomes: Promise<CheckOutcome[]> } | undefined;

  constructor(private readonly config: Config) {}

  /** Makes all checks now. Takes as long as they take. */
  examine(): Promise<CheckOutcome[]> {
    const timeoutSeconds = this.config.get('BOOKS_TIMEOUT');
    return examineBooks(this.config.directDatabaseUrl, collectedChecks(), { timeoutSeconds, shown: SHOWN });
  }

  /** Like `examine`, at most once in 5 s, so that nobody can use it to load the database; who comes meanwhile shares. */
  examineAtTimes(): Promise<CheckOutcome[]> {
    if (this.latest && performance.now() < this.latest.until) return this.latest.outcomes;
    const latest = { until: Infinity, outcomes: this.examine() };
    const keep = () => void (latest.until = performance.now() + KEPT_MS);
    latest.outcomes.then(keep, keep);
    this.latest = latest;
    return latest.outcomes;
  }
}
