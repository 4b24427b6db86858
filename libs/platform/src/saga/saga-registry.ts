import type { Saga, SagaStep } from './saga';

/** The sagas that this worker can run, filled by the worker modules at start. */
export class SagaRegistry {
  private readonly byName = new Map<string, Saga>();

  /** @throws Error when two sagas share a name, or two steps of one saga do */
  register(saga: Saga): void {
    if (this.byName.has(saga.name)) throw new Error(`Two sagas are named ${saga.name}.`);
    if (new Set(saga.steps.map(({ name }) => name)).size < saga.steps.length) {
      throw new Error(`Two steps of saga ${saga.name} share a name.`);
    }
    this.byName.set(saga.name, saga);
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  find(name: string): Saga | undefined {
    return this.byName.get(name);
  }

  /** @returns the step of that name with its neighbours; @throws Error when the code no longer knows it */
  locate(sagaName: string, stepName: string): { step: SagaStep; before?: SagaStep; after?: SagaStep } {
    const steps = this.byName.get(sagaName)?.steps ?? [];
    const at = steps.findIndex(({ name }) => name === stepName);
    const step = steps[at];
    if (!step) throw new Error(`Saga ${sagaName} has no step ${stepName}.`);
    return { step, before: steps[at - 1], after: steps[at + 1] };
  }
}
