import { Injectable, type OnModuleInit } from '@nestjs/common';
import { QueueBackend } from '@platform/messaging';
import { Health, type HealthFacts } from './health';

/** Reports whether the queues can be reached, and trusted. Without them events wait in the outbox. */
@Injectable()
export class QueueHealth implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly backend: QueueBackend,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'queue', isEssential: false, probe: () => this.probe() });
  }

  private async probe(): Promise<HealthFacts> {
    const state = await this.backend.look();
    return { status: this.backend.isReliable(state) ? 'up' : 'degraded', ...state };
  }
}
