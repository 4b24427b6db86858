import { RequestMethod } from '@nestjs/common';
import { INTERCEPTORS_METADATA, METHOD_METADATA } from '@nestjs/common/constants';
import type { ModulesContainer } from '@nestjs/core';
import { IdempotencyInterceptor } from './idempotency.interceptor';

const WRITES = [RequestMethod.POST, RequestMethod.PATCH];

/**
 * Puts the interceptor around every POST and PATCH, before Nest makes the routes. As a global one it would cost every read
 * as well: Nest wraps the answer of a route that has one into a dozen Observables.
 */
export function interceptWrites(modules: ModulesContainer, interceptor: IdempotencyInterceptor): void {
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      for (const handler of methodsOf(metatype as { prototype: object })) {
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        if (method !== undefined && WRITES.includes(method)) putFirst(handler, interceptor);
      }
    }
  }
}

function methodsOf({ prototype }: { prototype: object }): object[] {
  const descriptors = Object.values(Object.getOwnPropertyDescriptors(prototype));
  return descriptors.map(({ value }) => value as unknown).filter((value) => typeof value === 'function');
}

/** In place of one that another application in this process has put there. */
function putFirst(handler: object, interceptor: IdempotencyInterceptor): void {
  const others = ((Reflect.getMetadata(INTERCEPTORS_METADATA, handler) ?? []) as unknown[]).filter(
    (other) => !(other instanceof IdempotencyInterceptor),
  );
  Reflect.defineMetadata(INTERCEPTORS_METADATA, [interceptor, ...others], handler);
}
