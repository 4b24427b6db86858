import type { Fault } from './index';

/** Each form in which a file can mention another one, along an arrow that nobody drew. */
const FORMS = {
  'an import': `import { X } from '@app/orders';`,
  'a type-only import': `import type { X } from '@app/orders';`,
  'an import of an inline type': `import { type X } from '@app/orders';`,
  'an import for its side effects': `import '@app/orders';`,
  're-exporting all': `export * from '@app/orders';`,
  're-exporting a type': `export type { X } from '@app/orders';`,
  'a dynamic import': `const x = await import('@app/orders');`,
  'a dynamic import with a template': 'const x = await import(`@app/orders`);',
  'an import type': `let x: import('@app/orders').X;`,
  require: `const x = require('@app/orders');`,
  'require.resolve': `const x = require.resolve('@app/orders');`,
  'import = require': `import x = require('@app/orders');`,
};

export const arrowFaults: Fault[] = [
  ...Object.entries(FORMS).map(([form, code]) => ({
    name: `${form} without an arrow`,
    file: 'libs/inventory/src/stock.ts',
    code,
    complaint: /no arrow inventory -> orders/,
  })),
  {
    name: 'a spec without an arrow',
    file: 'libs/inventory/src/stock.spec.ts',
    code: `import { X } from '@app/orders';`,
    complaint: /no arrow/,
  },
  {
    name: 'a computed import',
    file: 'libs/inventory/src/stock.ts',
    code: 'const x = await import(`@app/${name}`);',
    complaint: /a computed import/,
  },
  {
    name: 'a part of platform that knows an upper part',
    file: 'libs/platform/src/database/pool.ts',
    code: `import { X } from '@platform/http';`,
    complaint: /no arrow platform\/database -> platform\/http/,
  },
  {
    name: 'platform that knows a business module',
    file: 'libs/platform/src/http/filter.ts',
    code: `import { X } from '@app/orders';`,
    complaint: /platform knows no business module/,
  },
  {
    name: 'an import past the door of a module',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from '@app/inventory/stock.repository';`,
    complaint: /only the door is open/,
  },
  {
    name: 'an import past the door of platform',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from '@platform/database/unit-of-work';`,
    complaint: /only the door is open/,
  },
  {
    name: 'an app that goes past a door',
    file: 'apps/api/src/main.ts',
    code: `import { X } from '@app/orders/orders.service';`,
    complaint: /only the door is open/,
  },
  {
    name: 'a relative path into another module',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from '../../inventory/src/index';`,
    complaint: /may not leave its module/,
  },
  {
    name: 'a relative path into another part of platform',
    file: 'libs/platform/src/http/filter.ts',
    code: `import { X } from '../auth/guard';`,
    complaint: /may not leave its module/,
  },
  {
    name: 'a path from the root',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from 'libs/inventory/src/index';`,
    complaint: /use @app\/<module>/,
  },
  {
    name: 'the own door by its alias',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from '@app/orders';`,
    complaint: /providers are undefined/,
  },
  {
    name: 'the own door by a relative path',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from './index';`,
    complaint: /providers are undefined/,
  },
  {
    name: 'the own door of a part of platform, from a sub-folder',
    file: 'libs/platform/src/http/paging/cursor.ts',
    code: `import { X } from '..';`,
    complaint: /providers are undefined/,
  },
  {
    name: 'a module that imports an app',
    file: 'libs/orders/src/orders.service.ts',
    code: `import { X } from '../../../apps/api/src/main';`,
    complaint: /nobody imports an app/,
  },
  {
    name: 'an app that imports another app',
    file: 'apps/worker/src/main.ts',
    code: `import { X } from '../../api/src/main';`,
    complaint: /nobody imports an app/,
  },
  {
    name: 'a sandbox gateway that uses platform',
    file: 'apps/sandbox-gateway/src/main.ts',
    code: `import { X } from '@platform/errors';`,
    complaint: /stands alone/,
  },
  {
    name: 'a part of platform that is not drawn',
    file: 'libs/platform/src/search/index.ts',
    code: 'export {};',
    complaint: /libs\/platform\/src\/search: is not in architecture\.json/,
  },
  {
    name: 'a file outside of every module',
    file: 'libs/orders/stray.ts',
    code: 'export {};',
    complaint: /belongs to no module/,
  },
];
