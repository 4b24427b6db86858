import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const DURATION_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A value with its labels, as it is at the moment of looking. */
export interface Reading {
  value: number;
  labels?: Record<string, string>;
}

/** The numbers of this process in Prometheus' text form: the process itself, and what parts and modules register. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;
  private readonly failures: Counter;
  /** Looking a series up by its labels costs more than counting. */
  private readonly series = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of answered requests',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATION_BUCKETS,
      registers: [this.registry],
    });
    this.failures = this.counter('metrics_read_failures_total', 'Gauges that could not be read, and so are empty', [
      'gauge',
    ]);
  }

  /** Counts an answered request. @param route the pattern, never the address: labels must stay few */
  observeRequest(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${status} ${route}`;
    let series = this.series.get(key);
    if (!series) {
      series = this.requests.labels({ method, route, status: String(status) });
      this.series.set(key, series);
    }
    series.observe(seconds);
  }

  /**
   * Registers a gauge that is read whenever metrics are asked for. A reading that fails leaves the gauge
   * empty and is counted: an alarm on the gauge needs one on `metrics_read_failures_total` beside it.
   * @param labelNames the labels that its readings carry
   */
  gauge(name: string, help: string, labelNames: string[], read: () => Promise<Reading[]> | Reading[]): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect: async () => {
        gauge.reset();
        // Metrics are wanted most when something is away, and then the others still tell how it is.
        const readings = await Promise.resolve()
          .then(read)
          .catch((): Reading[] => {
            this.failures.inc({ gauge: name });
            return [];
          });
        for (const { value, labels } of readings) gauge.set(labels ?? {}, value);
      },
    });
  }

  /** Registers a counter. @param labelNames the labels that each count carries; they must stay few */
  counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** Everything, as text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
