/** The first words of the API's documentation. */
export const DESCRIPTION = `
Users, catalogue, stock, orders and payments.

**Try it here:** \`POST /api/v1/auth/login\` with \`customer@demo.test\` and \`countinghouse-demo\`, copy \`accessToken\`,
press **Authorize**, then place an order with \`POST /api/v1/orders\`.

- Money is whole minor units: \`{ "amount": 1999, "currency": "USD" }\`.
- Errors are problem documents (RFC 9457) with a stable \`code\`.
- A POST that changes something for good wants an \`Idempotency-Key\`; here an empty one is filled in for you.
- Lists give \`{ "data": [...], "page": { "limit", "nextCursor" } }\`; send \`nextCursor\` back as \`cursor\`.
`.trim();
