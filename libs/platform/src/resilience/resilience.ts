import { Injectable } from '@nestjs/common';
import { Log, Metrics } from '@platform/observability';
import { OutgoingCalls, type CallLimits, type CircuitName } from './outgoing-calls';

const STATES: CircuitName[] = ['closed', 'half_open', 'open'];

/**
 * Makes the guarded calls of this process, one for each party outside, and shows how they fare. Calls that must not hold up
 * others of the same party are a target of their own: they have a bulkhead and a circuit to themselves.
 */
@Injectable()
export class Resilience {
  private readonly targets = new Map<string, OutgoingCalls>();
  private readonly calls;

  constructor(
    metrics: Metrics,
    private readonly log: Log,
  ) {
    this.calls = metrics.counter('outgoing_calls_total', 'Calls to others by how they ended', ['target', 'outcome']);
    metrics.gauge('outgoing_circuit_state', '1 for the state that the circuit is in', ['target', 'state'], () =>
      [...this.targets].flatMap(([target, { circuit }]) =>
        STATES.map((state) => ({ value: Number(state === circuit), labels: { target, state } })),
      ),
    );
  }

  /** @param target what is called, as metrics and logs name it, e.g. `stripe` or `stripe_refunds` */
  callsTo(target: string, limits: CallLimits): OutgoingCalls {
    const calls = new OutgoingCalls(limits, {
      called: (outcome) => this.calls.inc({ target, outcome }),
      circuitChanged: (state) => this.log.warn('resilience.circuit_changed', { target, state }),
    });
    this.targets.set(target, calls);
    return calls;
  }
}
