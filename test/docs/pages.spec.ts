import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(__dirname, '../..');
const PAGES = pages();

/** Our own pages: what git knows, and what it will know. */
function pages(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  return listed.filter((path) => existsSync(join(root, path)));
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** `libs/orders/src/order.rules.ts` between backticks, but not `libs/<module>/src` or `apps/*`. */
function pathsNamedIn(page: string): string[] {
  const named = [...page.matchAll(/`((?:apps|libs|test|tools|docs|\.ci|\.github)\/[^`\s]*)`/g)].map(
    ([, path]) => path!,
  );
  return named.filter((path) => !/[<*{…]/.test(path));
}

/** Where the links of a page lead to, within the repository. */
function linksIn(path: string, page: string): string[] {
  const targets = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const ours = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target));
  return ours.map((target) => normalize(join(dirname(path), target.split('#')[0]!)));
}

function anchorsIn(page: string): Set<string> {
  const headings = [...page.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    ),
  );
}

describe.each(PAGES)('%s', (path) => {
  const page = read(path);

  it('names only files that are there', () => {
    expect(pathsNamedIn(page).filter((named) => !existsSync(join(root, named)))).toEqual([]);
  });

  it('links only to what is there', () => {
    expect(linksIn(path, page).filter((target) => !existsSync(join(root, target)))).toEqual([]);
    const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
    expect(anchors.filter((anchor) => !anchorsIn(page).has(anchor))).toEqual([]);
  });

  it('speaks of the product alone: no path of one machine', () => {
    expect(page.match(/\/(root|home|work|Users)\/\S+|\.\.\/shared/g) ?? []).toEqual([]);
  });

  it('has diagrams that Mermaid can draw, as far as one can tell without it', () => {
    expect(diagramsIn(page).flatMap(faultsIn)).toEqual([]);
  });
});

it('the way of an order is told with the files that it goes through', () => {
  expect(pathsNamedIn(read('docs/ARCHITECTURE.md')).length).toBeGreaterThan(40);
});

function diagramsIn(page: string): string[] {
  return [...page.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(([, diagram]) => diagram!.trimEnd());
}

const ID = String.raw`[a-zA-Z_]\w*`;
const NODE = String.raw`${ID}(\["[^"]*"\]|\[\("[^"]*"\)\])?`;
/** What the lines of our diagrams may look like; a subset of the language that is known to be drawn. */
const LINES: Record<string, RegExp[]> = {
  'flowchart TD': flowchart(),
  'flowchart LR': flowchart(),
  sequenceDiagram: [
    new RegExp(String.raw`^participant ${ID}( as [\w ]+)?$`),
    // A semicolon or a # would end the statement.
    new RegExp(String.raw`^${ID}(->>|-->>)${ID}: [^;#]+$`),
  ],
  'stateDiagram-v2': [new RegExp(String.raw`^(\[\*\]|${ID}) --> (\[\*\]|${ID})(: [^;#:]+)?$`)],
};

function flowchart(): RegExp[] {
  return [
    new RegExp(String.raw`^${NODE}$`),
    new RegExp(String.raw`^${NODE} (-->|-\.->)(\|"[^"]*"\|)? ${NODE}$`),
    new RegExp(String.raw`^classDef ${ID} [\w-]+ ?:?[\w -]*$`),
    new RegExp(String.raw`^class ${ID}(,${ID})* ${ID}$`),
  ];
}

function faultsIn(diagram: string): string[] {
  const [kind = '', ...lines] = diagram.split('\n').map((line) => line.trim());
  const allowed = LINES[kind];
  if (!allowed) return [`a diagram of the kind "${kind}"`];
  // `end` closes a block, wherever it stands alone.
  return lines.filter((line) => /(^|\s)end(\s|$)/.test(line) || !allowed.some((form) => form.test(line)));
}

describe('these checks bite', () => {
  it('on a file that is gone, and not on a placeholder', () => {
    const page = 'see `libs/orders/src/gone.ts`, `libs/<module>/src`, `apps/*` and `libs/orders/src/order.rules.ts`';
    expect(pathsNamedIn(page).filter((path) => !existsSync(join(root, path)))).toEqual(['libs/orders/src/gone.ts']);
  });

  it('on a link that leads nowhere', () => {
    const targets = linksIn('docs/a.md', '[a](../README.md) [b](gone.md) [c](https://example.com)');
    expect(targets).toEqual(['README.md', 'docs/gone.md']);
  });

  it.each([
    ['flowchart TD\n  a -> b'],
    ['sequenceDiagram\n  a->>b: one; two'],
    ['sequenceDiagram\n  a->>b: the end of it'],
    ['stateDiagram-v2\n  a -> b'],
    ['pie\n  "a": 1'],
  ])('on %j', (diagram) => {
    expect(faultsIn(diagram)).toHaveLength(1);
  });
});
