import type { Answer } from './api-client';

/** The short of an answer: its status and, if it is a problem, its code. */
export const outcomeOf = ({ status, body }: Answer): [status: number, code: string | undefined] => [status, body?.code];

export const UNAUTHENTICATED = [401, 'unauthenticated'];
export const FORBIDDEN = [403, 'forbidden'];
export const NOT_FOUND = [404, 'not_found'];
export const INVALID = [400, 'validation_failed'];
