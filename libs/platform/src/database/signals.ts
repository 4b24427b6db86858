import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Config } from '@platform/config';
import { Log } from '@platform/observability';
import { KEEP_ALIVE } from './keep-alive';
import { SharedConnection } from './shared-connection';

/** A signal costs a transaction: under load, one for all orders of this time is enough. */
const PAUSE_MS = 5;

type Receiver = (payload: string) => void | Promise<void>;

/**
 * Wakes other processes through LISTEN/NOTIFY. A signal is a hint, never the truth: it may be lost, so whoever listens
 * also looks into its tables now and then. Signals are sent on their own after the commit; inside a transaction NOTIFY
 * would serialise all commits (2,270 orders/s instead of 6,100).
 */
@Injectable()
export class Signals implements OnApplicationShutdown {
  private readonly receivers = new Map<string, Set<Receiver>>();
  private readonly due = new Set<string>();
  private isWaking = false;
  private listener: Client | undefined;
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** Sends a payload-free signal at once, together with others of this turn; those of the next 5 ms follow as one. */
  wake(channel: string): void {
    this.due.add(channel);
    if (!this.isWaking) void this.wakeAll();
  }

  /** Sends a signal with a payload (at most 8,000 bytes). A failure is logged; the receiver's own net catches it. */
  send(channel: string, payload = ''): Promise<void> {
    return this.notify('SELECT pg_notify($1, $2)', [channel, payload]);
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

  private async wakeAll(): Promise<void> {
    this.isWaking = true;
    await Promise.resolve(); // whoever wakes in the same turn
    while (this.due.size > 0 && !this.stopped) {
      const channels = [...this.due];
      this.due.clear();
      await this.notify(`SELECT pg_notify(channel, '') FROM unnest($1::text[]) AS channel`, [channels]);
      await delay(PAUSE_MS, undefined, { ref: false });
    }
    this.isWaking = false;
  }

  private async notify(text: string, values: unknown[]): Promise<void> {
    const connection = new SharedConnection(this.dataSource);
    try {
      await connection.query(text, values);
    } catch (error) {
      this.log.warn('signals.not_sent', { channel: values[0], error });
    } finally {
      await connection.release();
    }
  }

  private async connect(): Promise<void> {
    const client = new Client({ connectionString: this.config.directDatabaseUrl, ...KEEP_ALIVE });
    client.on('error', (error) => this.log.warn('signals.connection_lost', { error }));
    client.on('notification', ({ channel, payload }) => {
      this.receivers.get(channel)?.forEach((receiver) => void this.tell(channel, receiver, payload ?? ''));
    });
    this.listener = client;
    await client.connect();
    for (const channel of this.receivers.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    client.once('end', () => void this.reconnect()); // from now on: until here, whoever called sees the failure
  }

  /** A receiver that fails, as when it finds no free connection, has its own net. */
  private async tell(channel: string, receiver: Receiver, payload: string): Promise<void> {
    try {
      await receiver(payload);
    } catch (error) {
      this.log.warn('signals.receiver_failed', { channel, error });
    }
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
