import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@platform/database';
import { PRODUCT } from './product-columns';
import type { Position } from './product-cursor';
import { orderOf, type ProductSort, type ShownStatus } from './product-list.rules';
import type { Product } from './product.types';
import { longWords, nearWords } from './search.rules';

/** Which part of the catalogue to read. */
export interface ListQuery {
  status: Exclude<ShownStatus, 'none'>;
  search?: string;
  sort: ProductSort;
  after?: Position;
  limit: number;
}

/** A product, and its value of what the list is sorted by. */
export type ListedProduct = Product & { key: string | number | Date };

/** Adds a value to a statement and returns its placeholder. */
type Bind = (value: unknown) => string;

/**
 * How alike a misspelt word and the right one must be. With one letter missing or wrong, words of 6 letters and more are
 * always found, of 4 and 5 letters three in four; with PostgreSQL's 0.5 it is one in five of both up to 7 letters.
 */
const ACCEPT_TYPOS = `SELECT set_config('pg_trgm.strict_word_similarity_threshold', '0.3', true)`;

/** The lists of products: one statement each, its text put together from fixed parts. */
@Injectable()
export class ProductListRepository {
  constructor(private readonly uow: UnitOfWork) {}

  async list(query: ListQuery): Promise<ListedProduct[]> {
    const values: unknown[] = [];
    const text = textOf(query, (value) => `$${values.push(value)}`);
    if (query.search === undefined) return this.uow.sql<ListedProduct>(text, values);
    return this.uow.run(async () => {
      const [, found] = await Promise.all([this.uow.sql(ACCEPT_TYPOS), this.uow.sql<ListedProduct>(text, values)]);
      return found;
    });
  }
}

function textOf({ status, search, sort, after, limit }: ListQuery, bind: Bind): string {
  const { expression, direction, comesAfter } = orderOf(sort);
  const shown = `deleted_at IS NULL${status === 'any' ? '' : ` AND status = ${bind(status)}`}`;
  const found = search === undefined ? '' : ` AND id IN (${idsFound(search, shown, bind)})`;
  const rest = after ? ` AND (${expression}, id) ${comesAfter} (${bind(after.key)}, ${bind(after.id)})` : '';
  return `SELECT ${PRODUCT}, ${expression} AS key FROM catalog.products WHERE ${shown}${found}${rest}
    ORDER BY ${expression} ${direction}, id ${direction} LIMIT ${bind(limit)}`;
}

/**
 * Products with all the words in sku, name or description. If there is none, those with words that differ from them by a
 * swap or an end; if there is none of these either, those in whose sku and name each of the words resembles one.
 */
function idsFound(search: string, shown: string, bind: Bind): string {
  const text = bind(search);
  return `
    WITH exact AS MATERIALIZED (
      SELECT id FROM catalog.products
      WHERE search @@ plainto_tsquery('english', translate(${text}, '-/_.', '    ')) AND ${shown}
    ), near AS MATERIALIZED (
      SELECT id FROM catalog.products
      WHERE search @@ to_tsquery('english', ${bind(nearWords(search))}) AND ${shown} AND NOT EXISTS (SELECT FROM exact)
    )
    SELECT id FROM exact UNION ALL SELECT id FROM near UNION ALL
    SELECT id FROM catalog.products
    WHERE ${text} <<% (sku || ' ' || name) AND (sku || ' ' || name) %>> ALL (${bind(longWords(search))}::text[]) AND ${shown}
      AND NOT EXISTS (SELECT FROM exact) AND NOT EXISTS (SELECT FROM near)`;
}
