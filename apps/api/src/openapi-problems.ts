import { STATUS_CODES } from 'node:http';

/** What a refusal is called when the words about it name no code. */
const USUAL_CODES: Record<string, string> = {
  400: 'validation_failed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
};

const FIELD = { field: 'items.0.quantity', code: 'min', message: 'quantity must not be less than 1' };

/** The content of an error answer, with an example of what it looks like. @param description may name its codes, in `code` */
export function problemContent(status: string, description: string) {
  const code = /`([a-z_]+)`/.exec(description)?.[1] ?? USUAL_CODES[status] ?? 'internal';
  return contentWith({
    ...{ type: `urn:countinghouse:problem:${code}`, title: STATUS_CODES[status], status: Number(status) },
    ...{ detail: sentenceOf(description), instance: '/api/v1/orders', code, requestId: 'a-request-id' },
  });
}

/** Without the code in front of it. */
function sentenceOf(description: string): string {
  const sentence = description.replace(/^`[a-z_]+`: /, '').replaceAll('`', '');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Any other refusal: the most common one as an example. */
export const OTHER_PROBLEM = {
  description: 'A problem (RFC 9457); `code` tells which.',
  content: contentWith({
    ...{ type: 'urn:countinghouse:problem:validation_failed', title: 'Bad Request', status: 400 },
    ...{ detail: 'The request is not valid; see errors.', instance: '/api/v1/orders', code: 'validation_failed' },
    ...{ requestId: 'a-request-id', errors: [FIELD] },
  }),
};

function contentWith(example: object) {
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' }, example } };
}
