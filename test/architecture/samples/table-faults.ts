import type { Fault } from './index';

/** Inside libs/orders each of these names a table or a function of inventory. */
const FOREIGN_SQL = {
  'select from': `'select * from inventory.levels'`,
  'an inner join': '`select 1 from orders.orders o\n join inventory.levels l on l.id = o.id`',
  'a list after from': `'select 1 from orders.orders o, inventory.levels l where o.id = l.id'`,
  'a list after a call': '`select 1 from unnest($1::uuid[], $2::int[]) as w(id, n), inventory.levels l`',
  'a list after calls in calls': '`select 1 from unnest(array(f(g(1, 2), 3))) w, inventory.levels l`',
  'a list with only': `'select 1 from orders.orders o, only inventory.levels l'`,
  'a lateral function': `'select 1 from orders.orders o, lateral inventory.levels_of(o.id) l'`,
  'a list in a subquery': `'select 1 where exists (select 1 from orders.orders o, inventory.levels l)'`,
  'insert into': `'insert into inventory.levels(sku) values ($1)'`,
  update: `'UPDATE inventory.levels SET reserved = 0'`,
  'quoted names': `'delete from "inventory"."levels"'`,
  'delete using': `'delete from orders.orders o using inventory.levels l where l.id = o.id'`,
  'a function': `'select inventory.hold($1)'`,
  'a fragment': `'left join inventory.levels l on true'`,
  'a template with values': '`select ${columns} from inventory.levels where sku = any(${skus})`',
  'a constant': "const LEVELS = 'inventory.levels'; const sql = `select 1 from ${LEVELS}`",
  'a query builder': `this.uow.manager.createQueryBuilder(Order, 'o').innerJoin('inventory.levels', 'l', 'l.id = o.id')`,
};

const foreign = (schema: string): RegExp => new RegExp(`names tables of schema "${schema}"`);

export const tableFaults: Fault[] = [
  ...Object.entries(FOREIGN_SQL).map(([name, code]) => ({
    name: `a table next door: ${name}`,
    file: 'libs/orders/src/orders.repository.ts',
    code,
    complaint: foreign('inventory'),
  })),
  {
    name: 'a handler that writes next door',
    file: 'libs/orders/src/expire-when-late.handler.ts',
    code: `const sql = 'delete from inventory.holds';`,
    complaint: foreign('inventory'),
  },
  {
    name: 'a table of platform in a module',
    file: 'libs/orders/src/orders.repository.ts',
    code: `const sql = 'insert into platform.outbox (id) values ($1)';`,
    complaint: foreign('platform'),
  },
  {
    name: 'a table of platform in the books of a module',
    file: 'libs/orders/src/orders.books.ts',
    code: `const sql = 'select 1 from orders.orders o join platform.outbox x on x.id = o.id';`,
    complaint: foreign('platform'),
  },
  {
    name: 'a table of platform behind rows that it offers',
    file: 'libs/orders/src/orders.books.ts',
    code: `const sql = 'select told from platform.latest_answers(201), platform.outbox x';`,
    complaint: foreign('platform'),
  },
  {
    name: 'a table of a module in platform',
    file: 'libs/platform/src/auth/sessions.ts',
    code: `const sql = 'select 1 from users.users';`,
    complaint: foreign('users'),
  },
  {
    name: 'a table of a module in an app',
    file: 'apps/worker/src/main.ts',
    code: `const sql = 'select 1 from users.users';`,
    complaint: foreign('users'),
  },
  {
    name: 'books against the arrows',
    file: 'libs/inventory/src/inventory.books.ts',
    code: `const sql = 'select 1 from inventory.levels l join orders.orders o on o.id = l.id';`,
    complaint: foreign('orders'),
  },
  {
    name: 'a foreign key across schemas',
    file: 'libs/orders/src/migrations/0001-orders.ts',
    code: `const sql = 'create table orders.lines (sku text references inventory.levels (sku))';`,
    complaint: foreign('inventory'),
  },
  {
    name: 'an index on a table next door',
    file: 'libs/orders/src/migrations/0001-orders.ts',
    code: `const sql = 'create index i on inventory.levels (sku)';`,
    complaint: foreign('inventory'),
  },
  {
    name: 'an entity in the schema of another module',
    file: 'libs/orders/src/order.entity.ts',
    code: `@Entity({ schema: 'catalog', name: 'products' }) class Product {}`,
    complaint: foreign('catalog'),
  },
];
