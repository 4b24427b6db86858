import type { OpenAPIObject } from '@nestjs/swagger';
import { OTHER_PROBLEM, problemContent } from './openapi-problems';

/** One document for every place where the product runs; `x-internal` tells tools that its API is for everybody. */
const SERVER = {
  url: '/',
  description: 'Where this page comes from, be it local, staging or production',
  'x-internal': false,
};

/** What every counted answer carries; malformed JSON is refused before anybody counts, so none of them is certain. */
export const COUNTED = {
  RateLimit: { $ref: '#/components/headers/RateLimit' },
  'RateLimit-Policy': { $ref: '#/components/headers/RateLimit-Policy' },
  'Access-Control-Allow-Origin': { $ref: '#/components/headers/Access-Control-Allow-Origin' },
};

/** For a refusal that tells when to come back. */
export const COUNTED_WITH_RETRY = { ...COUNTED, 'Retry-After': { $ref: '#/components/headers/Retry-After' } };

/** The general limit, and behind it perhaps one of the route. */
const listOf = (values: string) => `^"default";${values}(, "(auth|register)";${values})?$`;

/** The lengths follow from the settings: `requests/seconds` have at most seven and six digits. */
const HEADERS = {
  RateLimit: {
    description:
      'What is left of the general limit (`r`), and the seconds until it is whole again (`t`); on routes that have a limit ' +
      'of their own, that one too',
    schema: { type: 'string' as const, pattern: listOf('r=\\d{1,7};t=\\d{1,6}'), maxLength: 60 },
    example: '"default";r=298;t=42',
  },
  'RateLimit-Policy': {
    description: 'How many requests (`q`) one user or address may send in how many seconds (`w`)',
    schema: { type: 'string' as const, pattern: listOf('q=\\d{1,7};w=\\d{1,6}'), maxLength: 60 },
    example: '"default";q=300;w=60',
  },
  'Retry-After': {
    description: 'Seconds after which trying again makes sense',
    schema: { type: 'integer' as const, format: 'int32', minimum: 1, maximum: 999_999 },
    example: 42,
  },
  // No longer than a scheme, a host name (DNS: 253 characters) and a port.
  'Access-Control-Allow-Origin': {
    description: 'The page that asks, if it is of one of the origins in the setting `CORS_ORIGINS`',
    schema: { type: 'string' as const, format: 'uri', maxLength: 267 },
    example: 'https://shop.example',
  },
};

const SENTENCES = {
  BadRequest: '`validation_failed`: `errors` names the fields; or `malformed_json`, `idempotency_key_required`.',
  Unauthenticated: '`unauthenticated`: no access token, or one that does not hold; or `token_expired`: refresh it.',
  Forbidden: '`forbidden`: none of your roles has the permission.',
  StepUpRequired: '`step_up_required`: prove again who you are with POST /auth/step-up, then repeat this.',
  ForbiddenOrStepUp:
    '`forbidden`: none of your roles has the permission; or `step_up_required`: POST /auth/step-up first.',
  KeyInProgress: '`idempotency_in_progress`: the first request with this Idempotency-Key is still running.',
  KeyReused: '`idempotency_key_reused`: this Idempotency-Key belongs to a different request.',
  TooManyRequests: '`rate_limited`: too many requests of one user or address; try again later.',
  InternalError: '`internal`: something went wrong on our side; the request id helps to find it.',
};

/** The name of an answer that many operations give. */
export type CommonAnswer = keyof typeof SENTENCES;

/** What the answer says, for an operation that has something of its own to say with the same status. */
export const sentenceOf = (answer: CommonAnswer): string => SENTENCES[answer];

const refusal = (status: number, answer: CommonAnswer, headers?: typeof COUNTED) => ({
  description: SENTENCES[answer],
  ...(headers && { headers }),
  content: problemContent(String(status), SENTENCES[answer]),
});

/** Adds what the operations refer to: answers that many of them give, with their headers. */
export function withComponents(document: OpenAPIObject): OpenAPIObject {
  const responses = {
    BadRequest: { ...refusal(400, 'BadRequest', COUNTED), content: OTHER_PROBLEM.content },
    Unauthenticated: refusal(401, 'Unauthenticated', COUNTED),
    Forbidden: refusal(403, 'Forbidden', COUNTED),
    StepUpRequired: refusal(403, 'StepUpRequired', COUNTED),
    ForbiddenOrStepUp: refusal(403, 'ForbiddenOrStepUp', COUNTED),
    KeyInProgress: refusal(409, 'KeyInProgress', COUNTED_WITH_RETRY),
    KeyReused: refusal(422, 'KeyReused', COUNTED),
    TooManyRequests: refusal(429, 'TooManyRequests', COUNTED_WITH_RETRY),
    InternalError: refusal(500, 'InternalError'),
    Problem: OTHER_PROBLEM,
  };
  return { ...document, servers: [SERVER], components: { ...document.components, responses, headers: HEADERS } };
}
