import { Injectable, type OnModuleInit } from '@nestjs/common';
import { QueueBackend } from '@platform/messaging';
import { Health } from './health';

/** Reports whether the queues can be reached, and trusted. Without them events wait in the outbox. */
@Injectable()
export class QueueHealth implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly backend: QueueBackend,
  ) {}

  onModuleInit(): void {
    this.health.register({
      name: 'queue',
      isEssential: false,
      probe: () => this.probe(),
      isDegraded: (facts) => !this.backend.isReliable(facts),
    });
  }

  private async probe(): Promise<Record<string, string>> {
    const { backend, evictionPolicy } = await this.backend.look();
    return { backend, ...(evictionPolicy !== undefined && { evictionPolicy }) };
  }
}
