import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '@platform/config';
import { WorkLoop } from '@platform/messaging';
import { Log } from '@platform/observability';
import { Books } from './books';
import { BooksResults } from './books-results';

/** Looks into the books every now and then. Of several workers the one that is first does it for all. */
@Injectable()
export class BooksSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly everySeconds: number;
  private readonly loop: WorkLoop;

  constructor(
    private readonly books: Books,
    private readonly results: BooksResults,
    private readonly log: Log,
    config: Config,
  ) {
    this.everySeconds = config.get('BOOKS_EVERY');
    this.loop = new WorkLoop('books', { pollMs: this.everySeconds * 1_000 }, () => this.look(), log);
  }

  onApplicationBootstrap(): void {
    if (this.everySeconds > 0) this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<boolean> {
    if (!(await this.results.areOlderThan(this.everySeconds / 2))) return false;
    const outcomes = await this.books.examine();
    await this.results.store(outcomes);
    for (const { name, rule, count, ids } of outcomes) {
      if (count === null) this.log.warn('books.check_failed', { check: name });
      else if (count > 0) this.log.error('books.broken', { check: name, rule, count, ids });
    }
    return false;
  }
}
