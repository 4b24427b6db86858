import type { InventoryFacade } from '@app/inventory';
import type { Audit } from '@platform/audit';
import type { UnitOfWork } from '@platform/database';
import type { Outbox } from '@platform/messaging';
import type { ProductListRepository } from './product-list.repository';
import type { Product } from './product.types';
import type { ProductsRepository } from './products.repository';
import { ProductsService } from './products.service';

const mug: Product = {
  id: '01900000-0000-7000-8000-000000000001',
  sku: 'MUG',
  name: 'Mug',
  description: '',
  priceMinor: 1499,
  currency: 'USD',
  taxRateBps: 0,
  status: 'active',
  attributes: {},
  version: 7,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

function build(stored: Product | null) {
  const announced: string[] = [];
  const products: Pick<ProductsRepository, 'find' | 'update' | 'softDelete'> = {
    find: () => Promise.resolve(stored),
    update: (_sku, changes, version) => {
      if (!stored || (version ?? stored.version) !== stored.version) return Promise.resolve(null);
      return Promise.resolve({ before: stored, after: { ...stored, ...changes, version: stored.version + 1 } });
    },
    softDelete: () => Promise.resolve(stored),
  };
  const list = jest.fn<Promise<never[]>, unknown[]>().mockResolvedValue([]);
  const inventory: Pick<InventoryFacade, 'availabilityOf'> = {
    availabilityOf: (skus) => Promise.resolve(new Map(skus.map((sku) => [sku, 'low']))),
  };
  const service = new ProductsService(
    { run: <T>(work: () => Promise<T>) => work() } satisfies Pick<UnitOfWork, 'run'> as UnitOfWork,
    products as ProductsRepository,
    { list } satisfies Pick<ProductListRepository, 'list'> as unknown as ProductListRepository,
    inventory as InventoryFacade,
    { add: ({ name }) => void announced.push(name) } satisfies Pick<Outbox, 'add'> as Outbox,
    { record: ({ action }) => void announced.push(`audit ${action}`) } satisfies Pick<Audit, 'record'> as Audit,
  );
  return { service, list, announced };
}

describe('who does not keep the catalogue', () => {
  it.each(['draft', 'archived'] as const)('does not get what is %s', async (status) => {
    const { service } = build({ ...mug, status });
    await expect(service.get('MUG', false)).rejects.toMatchObject({ code: 'not_found' });
    await expect(service.get('MUG', true)).resolves.toMatchObject({ status, availability: 'low' });
  });

  it('gets an empty list of drafts, without a question to the database', async () => {
    const { service, list } = build(mug);
    const page = await service.list({ status: 'draft', sort: 'name', limit: 20 }, false);
    expect(page).toEqual({ data: [], page: { limit: 20, nextCursor: null } });
    expect(list).not.toHaveBeenCalled();
  });
});

describe('a change', () => {
  it('is announced and written down', async () => {
    const { service, announced } = build(mug);
    await expect(service.change('MUG', { name: 'Cup' }, 7)).resolves.toMatchObject({ name: 'Cup', version: 8 });
    expect(announced).toEqual(['catalog.product_changed', 'audit catalog.product_changed']);
  });

  it('is refused when it was meant for another version, empty or not', async () => {
    const { service, announced } = build(mug);
    await expect(service.change('MUG', { name: 'Cup' }, 6)).rejects.toMatchObject({ code: 'version_mismatch' });
    await expect(service.change('MUG', {}, 6)).rejects.toMatchObject({ code: 'version_mismatch' });
    expect(announced).toEqual([]);
  });

  it('of nothing is none', async () => {
    const { service, announced } = build(mug);
    await expect(service.change('MUG', {}, 7)).resolves.toMatchObject({ version: 7 });
    expect(announced).toEqual([]);
  });

  it.each([undefined, 7])('needs a product (If-Match: %s)', async (version) => {
    const { service } = build(null);
    await expect(service.change('MUG', { name: 'Cup' }, version)).rejects.toMatchObject({ code: 'not_found' });
    await expect(service.change('MUG', {}, version)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a deletion', () => {
  it('is announced and written down', async () => {
    const { service, announced } = build(mug);
    await service.delete('MUG');
    expect(announced).toEqual(['catalog.product_deleted', 'audit catalog.product_deleted']);
  });

  it('needs a product', async () => {
    await expect(build(null).service.delete('MUG')).rejects.toMatchObject({ code: 'not_found' });
  });
});
