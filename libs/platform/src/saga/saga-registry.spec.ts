import type { Saga, SagaStep } from './saga';
import { SagaRegistry } from './saga-registry';

const step = (name: string): SagaStep => ({
  name,
  timeoutMs: 1_000,
  retry: { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 },
  execute: async () => ({ kind: 'done' }),
});
const journey: Saga = { name: 'journey', steps: [step('pack'), step('go'), step('return')] };

describe('SagaRegistry', () => {
  const registry = new SagaRegistry();
  registry.register(journey);

  it('finds a step with its neighbours', () => {
    expect(registry.names).toEqual(['journey']);
    expect(registry.locate('journey', 'pack')).toMatchObject({ before: undefined, after: { name: 'go' } });
    expect(registry.locate('journey', 'go')).toMatchObject({ step: { name: 'go' }, before: { name: 'pack' } });
    expect(registry.locate('journey', 'return').after).toBeUndefined();
  });

  it('refuses a second saga of a name, and a second step of a name in one saga', () => {
    expect(() => registry.register({ ...journey, steps: [] })).toThrow('Two sagas are named journey');
    const twice = { name: 'twice', steps: [step('pack'), step('pack')] };
    expect(() => registry.register(twice)).toThrow('Two steps of saga twice share a name');
    expect(registry.names).toEqual(['journey']);
  });

  it('fails loudly for a step that the code does not know, as after a step was renamed', () => {
    expect(() => registry.locate('journey', 'fly')).toThrow('Saga journey has no step fly');
    expect(() => registry.locate('voyage', 'go')).toThrow('Saga voyage has no step go');
  });
});
