import { Module, type DynamicModule } from '@nestjs/common';
import { DatabaseModule } from '@platform/database';
import { registerChecks, type BookCheck } from './book-check';
import { Books } from './books';
import { BooksController } from './books.controller';
import { BooksResults } from './books-results';
import { BooksSchedule } from './books-schedule';
import { CreateBooks1763600000600 } from './migrations/1763600000600-create-books';
import { TellOfAuditAndAnswers1764100000610 } from './migrations/1764100000610-tell-of-audit-and-answers';
import { PLATFORM_CHECKS } from './platform.books';

registerChecks(PLATFORM_CHECKS);

class ChecksModule {}

/** The books: what must always be true. Each module brings its own checks. */
@Module({
  imports: [DatabaseModule.forModule({ migrations: [CreateBooks1763600000600, TellOfAuditAndAnswers1764100000610] })],
  providers: [Books, BooksResults],
})
export class BooksModule {
  /** Declares a module's checks: `imports: [BooksModule.forModule(INVENTORY_CHECKS)]`. */
  static forModule(checks: readonly BookCheck[]): DynamicModule {
    registerChecks(checks);
    return { module: ChecksModule };
  }

  /** For the api: also shows them. */
  static forApi(): DynamicModule {
    return { module: BooksModule, controllers: [BooksController] };
  }

  /** For the worker: also looks into them every now and then. */
  static forWorker(): DynamicModule {
    return { module: BooksModule, providers: [BooksSchedule] };
  }
}
