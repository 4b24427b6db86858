import type { OpenAPIObject } from '@nestjs/swagger';
import { COUNTED, COUNTED_WITH_RETRY, sentenceOf, type CommonAnswer } from './openapi-components';

type Operation = NonNullable<NonNullable<OpenAPIObject['paths'][string]>['get']>;

/** What decides how an operation may refuse. */
interface Demands {
  permission: boolean;
  /** Whether the session must have proved again who is using it. */
  stepUp: boolean;
  /** Whether it honours an Idempotency-Key, demanded or not. */
  key: boolean;
}

/** Adds the answers that follow from what an operation demands, and the headers that tell how much is left of the limit. */
export function describeCommonAnswers(operation: Operation, path: string, { permission, stepUp, key }: Demands): void {
  // Health, metrics and keys are for machines of the house: they are not counted, and look at nothing that is sent.
  const isCounted = path.startsWith('/api/');
  if (isCounted) {
    add(operation, 400, 'BadRequest');
    if ((operation.security ?? []).length > 0) add(operation, 401, 'Unauthenticated');
    if (permission) add(operation, 403, stepUp ? 'ForbiddenOrStepUp' : 'Forbidden');
    else if (stepUp) add(operation, 403, 'StepUpRequired');
    if (key) alsoSay(operation, 409, 'KeyInProgress');
    if (key) alsoSay(operation, 422, 'KeyReused');
    add(operation, 429, 'TooManyRequests');
    addHeaders(operation);
  }
  add(operation, 500, 'InternalError');
  operation.responses['default'] = { $ref: '#/components/responses/Problem' };
}

/** Unless the operation's own words say more of it. */
function add({ responses }: Operation, status: number, answer: CommonAnswer): void {
  responses[status] ??= { $ref: `#/components/responses/${answer}` };
}

/** A status that the operation has reasons of its own for gets one more. */
function alsoSay(operation: Operation, status: number, answer: CommonAnswer): void {
  const own = operation.responses[status];
  if (!own || '$ref' in own) return add(operation, status, answer);
  own.description = `${own.description} Or ${sentenceOf(answer)}`;
}

function addHeaders({ responses }: Operation): void {
  for (const [status, answer] of Object.entries(responses)) {
    if (!answer || '$ref' in answer || !/^[24]/.test(status)) continue;
    const tellsWhen = status === '429' || answer.description.includes('`idempotency_in_progress`');
    answer.headers = { ...answer.headers, ...(tellsWhen ? COUNTED_WITH_RETRY : COUNTED) };
  }
}
