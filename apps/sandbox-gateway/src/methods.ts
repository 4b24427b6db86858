/** What one `tok_…` method makes the gateway do, and how the page for people says it. */
export type Method = { readonly summary: string } & (
  | { readonly act: 'charge' | 'fail-twice' | 'cut' | 'wait' | 'hang' }
  | { readonly act: 'decline'; readonly failureCode: string }
);

/** Every method there is, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['tok_ok', { act: 'charge', summary: 'Charges and answers.' }],
  [
    'tok_declined',
    { act: 'decline', failureCode: 'card_declined', summary: 'Refuses: 402 card_declined; keeps a failed charge.' },
  ],
  [
    'tok_insufficient_funds',
    {
      act: 'decline',
      failureCode: 'insufficient_funds',
      summary: 'Refuses: 402 insufficient_funds; keeps a failed charge.',
    },
  ],
  [
    'tok_error',
    { act: 'fail-twice', summary: 'Answers 500 twice per key without charging; the third call with that key charges.' },
  ],
  [
    'tok_lost',
    { act: 'cut', summary: 'Charges, then cuts the connection without an answer; its webhook comes much later.' },
  ],
  [
    'tok_slow',
    {
      act: 'wait',
      summary: 'Charges only after a long wait, even if the caller hung up, unless its key was voided meanwhile.',
    },
  ],
  ['tok_down', { act: 'hang', summary: 'Never answers and never charges.' }],
]);
