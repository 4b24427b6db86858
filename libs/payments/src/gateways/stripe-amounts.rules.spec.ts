import { fromStripeAmount, toStripeAmount } from './stripe-amounts.rules';

it.each([
  ['USD', 1_999, 1_999],
  ['JPY', 500, 500],
  ['KRW', 12_345, 12_345],
  ['HUF', 1_045, 1_045],
  ['TWD', 80_045, 80_045],
  ['ISK', 5, 500],
  ['UGX', 5, 500],
  ['MGA', 500, 5],
  ['KWD', 5_120, 5_120],
])('counts %s: %i minor units are %i at Stripe, and back', (currency, amountMinor, amount) => {
  expect(toStripeAmount({ amountMinor, currency })).toBe(amount);
  expect(fromStripeAmount(amount, currency.toLowerCase())).toBe(amountMinor);
});

it.each([
  ['BHD', 5_124],
  ['JOD', 1],
  ['OMR', 1_005],
  ['TND', 999],
  ['KWD', 5_125],
  ['MGA', 150],
  ['ISK', Number.MAX_SAFE_INTEGER],
])('knows that Stripe has no %s for %i minor units', (currency, amountMinor) => {
  expect(toStripeAmount({ amountMinor, currency })).toBeNull();
});
