import { hashDevice } from './device.rules';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

it.each([
  ['an update', 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0', true],
  ['another browser', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36', false],
  ['another system', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.1; rv:145.0) Gecko/20100101 Firefox/145.0', false],
])('%s is the same device: %s', (_what, device, same) => {
  expect(hashDevice(device).equals(hashDevice(firefox))).toBe(same);
});
