import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Config } from '@platform/config';
import { Log } from '@platform/observability';
import { poolOf } from './connections';

type Receiver = (payload: string) => void | Promise<void>;

/**
 * Wakes other processes through LISTEN/NOTIFY. A signal is a hint, never the truth: it may be lost, so whoever listens
 * also looks into its tables now and then. Signals are sent on their own after the commit; inside a transaction NOTIFY
 * would serialise all commits (2,270 orders/s instead of 6,100).
 */
@Injectable()
export class Signals implements OnApplicationShutdown {
  private readonly receivers = new Map<string, Set<Receiver>>();
  private readonly sending = new Map<string, 'sent' | 'again'>();
  private listener: Client | undefined;
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** Sends a payload-free signal; while one of the same name is on its way, further ones become a single one. */
  wake(channel: string): void {
    if (this.sending.has(channel)) {
      this.sending.set(channel, 'again');
      return;
    }
    this.sending.set(channel, 'sent');
    void this.send(channel).finally(() => {
      const again = this.sending.get(channel) === 'again';
      this.sending.delete(channel);
      if (again && !this.stopped) this.wake(channel);
    });
  }

  /** Sends a signal with a payload (at most 8,000 bytes). A failure is logged; the receiver's own net catches it. */
  async send(channel: string, payload = ''): Promise<void> {
    try {
      await poolOf(this.dataSource).query('SELECT pg_notify($1, $2)', [channel, payload]);
    } catch (error) {
      this.log.warn('signals.not_sent', { channel, error });
    }
  }

  /**
   * Calls `receiver` for each signal of any process, and with an empty payload after a lost connection is back: then it
   * has to look for itself at what it may have missed, and is called again if that fails.
   */
  async receive(channel: string, receiver: Receiver): Promise<void> {
    const first = this.receivers.size === 0;
    const known = this.receivers.get(channel);
    this.receivers.set(channel, (known ?? new Set()).add(receiver));
    if (first) await this.connect();
    else if (!known) await this.listener?.query(`LISTEN ${Client.prototype.escapeIdentifier(channel)}`);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.listener?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client({ connectionString: this.config.directDatabaseUrl, keepAlive: true });
    client.on('error', (error) => this.log.warn('signals.connection_lost', { error }));
    client.on('notification', ({ channel, payload }) => {
      this.receivers.get(channel)?.forEach((receiver) => void receiver(payload ?? ''));
    });
    this.listener = client;
    await client.connect();
    for (const channel of this.receivers.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    client.once('end', () => void this.reconnect()); // from now on: until here, whoever called sees the failure
  }

  private async reconnect(): Promise<void> {
    while (!this.stopped) {
      await delay(200 + Math.random() * 300);
      if (this.stopped || (await this.isBack())) return;
    }
  }

  private async isBack(): Promise<boolean> {
    try {
      await this.connect();
      const all = [...this.receivers.values()].flatMap((receivers) => [...receivers]);
      await Promise.all(all.map(async (receiver) => receiver('')));
      return true;
    } catch (error) {
      this.log.warn('signals.reconnect_failed', { error });
      this.listener?.removeAllListeners('end');
      await this.listener?.end().catch(() => undefined);
      return false;
    }
  }
}
