import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import { validationFailed, type FieldError } from '@platform/errors';
import { isOfApi } from './is-of-api';

const MAX_REPORTED = 100;
const ANY_QUERY = 'anyQuery';

/** Marks a route that is called by somebody who adds to its address what they like. */
export const AnyQuery = () => SetMetadata(ANY_QUERY, true);

/** Says what class-validator says of a field that no DTO knows. */
export const unknownField = (field: string): FieldError => ({
  field,
  code: 'unknown_field',
  message: `property ${field} should not exist`,
});

/** Which parts of a request a route looks at. */
interface Asked {
  body: boolean;
  query: boolean;
}

/**
 * Refuses fields and parameters that are sent to a route which takes none: whoever sends `{ "amount": 500 }` to what knows no
 * amount is told so, before it is done without. Routes with a DTO are the validation pipe's. Health, metrics and
 * documentation let pass what probes and browsers add to an address.
 */
@Injectable()
export class UnaskedGuard implements CanActivate {
  private readonly known = new WeakMap<object, Asked>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { body, query } = request;
    const [fields, parameters] = [Object.keys(body ?? {}), Object.keys(query ?? {})];
    if (fields.length + parameters.length === 0 || !isOfApi(request)) return true;
    const asked = this.askedBy(context);
    const unasked = [...(asked.body ? [] : fields), ...(asked.query ? [] : parameters)];
    if (unasked.length === 0) return true;
    throw validationFailed(unasked.slice(0, MAX_REPORTED).map(unknownField));
  }

  private askedBy(context: ExecutionContext): Asked {
    const handler = context.getHandler();
    const known = this.known.get(handler);
    if (known) return known;
    const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) ?? {}) as object;
    const types = new Set(Object.keys(args).map((key) => Number(key.split(':')[0]))); // `3:0`: a body, first argument
    const { BODY, RAW_BODY, QUERY } = RouteParamtypes;
    const asked = {
      body: types.has(BODY) || types.has(RAW_BODY),
      query: types.has(QUERY) || Reflect.hasMetadata(ANY_QUERY, handler),
    };
    this.known.set(handler, asked);
    return asked;
  }
}
