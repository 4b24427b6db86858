import ts from 'typescript';
import { STANDS_ALONE, type Architecture } from '../architecture';
import { nodesIn, type CodeFile, type Rule } from '../code-file';
import { functionSchemasIn, tableSchemasIn } from '../sql';

const PLATFORM_SCHEMA = 'platform';
/** Functions of platform (a trigger that keeps updated_at, rows for the books) are an offer to all. */
const OFFERED_ROWS = /\b(from|join)\s+platform\.\w+(?=\()/gi;

/**
 * A schema is written and read only by the module whose name it has: no join, no foreign key, no write next door.
 * The one exception: the books (`*.books.ts`) compare what several modules say, so they may read along the arrows.
 */
export const tables: Rule = (file, architecture) => {
  if (!file.home || file.isSpec || file.home.folder === STANDS_ALONE) return [];
  const mine = schemasOf(file, architecture);
  const all = new Set([...Object.keys(architecture.modules), PLATFORM_SCHEMA]);
  const foreign = new Set<string>();
  for (const schema of schemasNamedIn(file)) {
    if (all.has(schema) && !mine.has(schema)) foreign.add(schema);
  }
  return [...foreign].map(
    (schema) =>
      `names tables of schema "${schema}" — ${whyForeign(schema)}; keep a copy from its events or ask its door`,
  );
};

function whyForeign(schema: string): string {
  return schema === PLATFORM_SCHEMA
    ? 'only libs/platform knows the tables of platform'
    : `only libs/${schema} knows its own tables`;
}

function schemasOf({ home, path }: CodeFile, { modules }: Architecture): Set<string> {
  if (home?.kind === 'platform') return new Set([PLATFORM_SCHEMA]);
  if (home?.kind !== 'module') return new Set();
  return new Set([home.name, ...(path.endsWith('.books.ts') ? (modules[home.name] ?? []) : [])]);
}

function* schemasNamedIn(file: CodeFile): Generator<string> {
  const constants = constantsIn(file.tree);
  for (const node of nodesIn(file.tree)) {
    const text = textOf(node, constants)?.replace(OFFERED_ROWS, '$1 ');
    if (text === undefined) continue;
    yield* tableSchemasIn(text, { isMigration: file.isMigration });
    // Functions of a module are its own.
    for (const schema of functionSchemasIn(text)) if (schema !== PLATFORM_SCHEMA) yield schema;
    if (text.includes('.') && isTableArgument(node)) yield text.split('.')[0]!.replaceAll('"', '');
    if (file.path.endsWith('.entity.ts') && isSchemaOption(node)) yield text;
  }
}

/** `.innerJoin('catalog.products', 'p')` of a query builder */
function isTableArgument({ parent }: ts.Node): boolean {
  return (
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    /^(from|into|(inner|left)Join\w*)$/.test(parent.expression.name.text)
  );
}

/** `@Entity({ schema: 'catalog' })` */
function isSchemaOption({ parent }: ts.Node): boolean {
  return ts.isPropertyAssignment(parent) && parent.name.getText() === 'schema';
}

/** A template literal with the constants of the same file filled in, so that `from ${LEVELS}` hides nothing. */
function textOf(node: ts.Node, constants: Map<string, string>): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  const spans = node.templateSpans.map(
    ({ expression, literal }) => (constants.get(expression.getText()) ?? '?') + literal.text,
  );
  return node.head.text + spans.join('');
}

function constantsIn(tree: ts.SourceFile): Map<string, string> {
  const constants = new Map<string, string>();
  for (const node of nodesIn(tree)) {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteralLike(node.initializer)) {
      constants.set(node.name.getText(), node.initializer.text);
    }
  }
  return constants;
}
