import { Metrics } from './metrics';

it('leaves a gauge empty that can’t be read, and tells the rest', async () => {
  const metrics = new Metrics();
  const readings = [{ value: 3, labels: { kind: 'a' } }];
  let isBroken = false;
  metrics.gauge('test_good', 'For a test', [], () => [{ value: 7 }]);
  metrics.gauge('test_fragile', 'For a test', ['kind'], async () => {
    if (isBroken) throw new Error('away');
    return readings;
  });
  expect(await metrics.text()).toContain('test_fragile{kind="a"} 3');
  isBroken = true;
  const text = await metrics.text();
  expect(text).toContain('test_good 7');
  expect(text).not.toContain('test_fragile{');
  expect(await metrics.text()).toContain('metrics_read_failures_total{gauge="test_fragile"} 1');
});
