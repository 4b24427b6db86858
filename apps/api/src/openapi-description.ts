/** The first words of the API's documentation. */
export const DESCRIPTION = `
Users, catalogue, stock, orders and payments.

**Try it here:** \`POST /api/v1/auth/login\` with \`customer@demo.test\` and \`countinghouse-demo\`, copy \`accessToken\`,
press **Authorize**, then place an order with \`POST /api/v1/orders\`. \`admin@demo.test\`, \`support@demo.test\` and
\`warehouse@demo.test\` have the same password and may do more.

- Money is whole minor units: \`{ "amount": 1999, "currency": "USD" }\`.
- Errors are problem documents (RFC 9457) with a stable \`code\`.
- A POST that changes something for good wants an \`Idempotency-Key\`; here an empty one is filled in for you.
- Lists give \`{ "data": [...], "page": { "limit", "nextCursor" } }\`; send \`nextCursor\` back as \`cursor\`.
`.trim();

/** The parts of the API, in the order in which somebody new would look at them. */
export const TAGS: Array<[name: string, description: string]> = [
  ['Identity', 'Accounts, and where they are signed in'],
  ['Catalogue', 'What there is to buy'],
  ['Orders', 'Placing them, paying them, following them'],
  ['Payments', 'Money that came, and money that goes back'],
  ['Stock', 'What is on hand, what is promised, what came and went'],
  ['Operations', 'For whoever runs the product'],
];
