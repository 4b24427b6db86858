import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OutboxLag } from '@platform/messaging';
import { Health } from './health';

const LONGEST_WAIT_SECONDS = 60;

/** A worker is of no use while events wait to be routed for more than a minute. */
@Injectable()
export class OutboxHealth implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly lag: OutboxLag,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'events', isEssential: true, probe: () => this.findNoneLeftBehind() });
  }

  private async findNoneLeftBehind(): Promise<void> {
    if (await this.lag.isLongerThan(LONGEST_WAIT_SECONDS)) throw new Error('events wait to be routed');
  }
}
