import { Param, type PipeTransform } from '@nestjs/common';
import { notFound } from '@platform/errors';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SKU = /^[A-Z0-9][A-Z0-9-]{0,63}$/;

/** An id that can't be one names nothing: 404, like any other id that names nothing. */
class MatchingPipe implements PipeTransform<string, string> {
  constructor(
    private readonly pattern: RegExp,
    private readonly what: string,
  ) {}

  transform(value: string): string {
    if (!this.pattern.test(value)) throw notFound(this.what);
    return value;
  }
}

/** A path parameter that is a UUID. @param what the resource's name in the singular, for the 404 */
export const UuidParam = (name: string, what: string) => Param(name, new MatchingPipe(UUID, what));

/** The path parameter `sku`. */
export const SkuParam = () => Param('sku', new MatchingPipe(SKU, 'product'));
