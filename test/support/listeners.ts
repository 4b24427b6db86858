import { Module, type DynamicModule } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import {
  defineEvent,
  JobQueues,
  ListenerRegistry,
  MessagingModule,
  Outbox,
  type DeliveredEvent,
  type Listener,
} from '@platform/messaging';
import { currentContext } from '@platform/observability';
import type { TestDatabase } from './database';
import { Platform } from './platform';

/** The event of these tests. */
export const noted = defineEvent<{ n: number }>('scratch.noted', 1);

/** What a listener has done with an event. */
export interface Effect {
  listener: string;
  n: number;
  worker: string;
  requestId: string | null;
  actor: string | null;
}

/** What a listener is to do besides leaving its effect. It may throw. */
type Moreover = (n: number) => Promise<void> | void;

/** Listens to `noted` and leaves a row for every time that it is called. */
class Recorder implements Listener<{ n: number }> {
  readonly events = [noted];

  constructor(
    readonly name: string,
    readonly mode: Listener['mode'],
    private readonly worker: string,
    private readonly uow: UnitOfWork,
    private readonly moreover: Moreover,
  ) {}

  async handle({ payload: { n } }: DeliveredEvent<{ n: number }>): Promise<void> {
    const { requestId, actor } = currentContext() ?? {};
    await this.moreover(n);
    await this.uow.execute('INSERT INTO scratch.effects VALUES ($1, $2, $3, $4, $5)', [
      ...[this.name, n, this.worker, requestId, actor],
    ]);
  }
}

/** Which listeners a worker has. */
export type Wanted = Record<string, { mode: Listener['mode']; moreover?: Moreover }>;

@Module({})
class ListenersModule {}

function listening(worker: string, wanted: Wanted): DynamicModule {
  const register = (registry: ListenerRegistry, uow: UnitOfWork) => {
    for (const [name, { mode, moreover = () => undefined }] of Object.entries(wanted)) {
      registry.register(new Recorder(name, mode, worker, uow, moreover));
    }
    return true;
  };
  const provider = { provide: 'listeners', inject: [ListenerRegistry, UnitOfWork], useFactory: register };
  return { module: ListenersModule, providers: [provider] };
}

/** The platform's outbox with listeners that tell what they did. */
export class Post {
  /** @param jobs the queue from which jobs are taken, to look into and to stop */
  private constructor(
    readonly db: TestDatabase,
    private readonly announcer: Platform,
    readonly jobs: Awaited<ReturnType<JobQueues['queue']>>,
  ) {}

  static async open(db: TestDatabase): Promise<Post> {
    await db.sql('CREATE SCHEMA IF NOT EXISTS scratch');
    await db.sql('CREATE TABLE scratch.effects (listener text, n int, worker text, request_id text, actor text)');
    await db.sql('DELETE FROM platform.outbox_queue'); // of the demo data
    const announcer = await Platform.open(db, [MessagingModule], { DATABASE_POOL: '24' });
    return new Post(db, announcer, await announcer.get(JobQueues).queue('deliveries'));
  }

  worker(name: string, wanted: Wanted): Promise<Platform> {
    return Platform.open(this.db, [MessagingModule.forWorker(), listening(name, wanted)]);
  }

  get uow(): UnitOfWork {
    return this.announcer.uow;
  }

  /** Announces events inside a transaction that the caller has opened. */
  add(...numbers: number[]): void {
    for (const n of numbers) this.announcer.get(Outbox).add(noted({ n }));
  }

  /** Announces events in a transaction of their own. */
  async announce(...numbers: number[]): Promise<void> {
    await this.uow.run(async () => this.add(...numbers));
  }

  effects(listener?: string): Promise<Effect[]> {
    return this.db.sql<Effect>(
      `SELECT listener, n, worker, request_id AS "requestId", actor FROM scratch.effects
       WHERE listener = $1 OR $1 IS NULL ORDER BY listener, n`,
      [listener],
    );
  }

  /** Deliveries that have not happened. */
  open(): Promise<Array<{ listener: string; attempts: number; reason: string | null }>> {
    return this.db.sql('SELECT listener, attempts, last_error AS reason FROM platform.outbox_deliveries ORDER BY 1');
  }

  dead(): Promise<Array<{ listener: string; attempts: number; reason: string }>> {
    return this.db.sql('SELECT listener, attempts, reason FROM platform.outbox_dead_letters ORDER BY listener');
  }

  /** Makes pauses and leases of deliveries end now. */
  async skipPauses(): Promise<void> {
    await this.db.sql('UPDATE platform.outbox_deliveries SET not_before = now() WHERE lease IS NULL');
    await this.db.sql('NOTIFY outbox');
  }

  close(): Promise<void> {
    return this.announcer.close();
  }
}
