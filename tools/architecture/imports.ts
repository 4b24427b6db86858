import ts from 'typescript';
import { nodesIn } from './code-file';

/** One mention of another file or package, in whatever form the language offers. */
export interface Imported {
  /** Undefined when it is computed at run time. */
  target: string | undefined;
  /** Nothing of it is left at run time. */
  isTypeOnly: boolean;
  /** The names taken out of it, as the other side calls them. */
  names: string[];
  /** Taken as a whole (`* as x`, `export *`, `import()`, `require`), so that no name tells what is used. */
  isWhole: boolean;
}

/** Static, type-only, re-exporting, dynamic, `require`, `import x = require()` and `import('x').Type`: all of them. */
export function importsOf(tree: ts.SourceFile): Imported[] {
  return [...nodesIn(tree)].map(importIn).filter((found) => found !== undefined);
}

function importIn(node: ts.Node): Imported | undefined {
  if (ts.isImportDeclaration(node)) return fromImportDeclaration(node);
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return fromReExport(node, node.moduleSpecifier);
  if (ts.isExternalModuleReference(node)) return whole(node.expression);
  if (ts.isImportTypeNode(node)) {
    return whole(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, true);
  }
  if (ts.isCallExpression(node) && loadsModule(node.expression)) return whole(node.arguments[0]);
  return undefined;
}

function fromImportDeclaration(node: ts.ImportDeclaration): Imported {
  const clause = node.importClause;
  const bindings = clause?.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
  const everyNameIsType = named.length > 0 && !clause?.name && named.every((element) => element.isTypeOnly);
  return {
    target: textOf(node.moduleSpecifier),
    isTypeOnly: clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || everyNameIsType,
    names: named.map((element) => (element.propertyName ?? element.name).text),
    isWhole: clause?.name !== undefined || (bindings !== undefined && ts.isNamespaceImport(bindings)),
  };
}

function fromReExport(node: ts.ExportDeclaration, specifier: ts.Expression): Imported {
  const named = node.exportClause && ts.isNamedExports(node.exportClause) ? [...node.exportClause.elements] : [];
  return {
    target: textOf(specifier),
    isTypeOnly: node.isTypeOnly,
    names: named.map((element) => (element.propertyName ?? element.name).text),
    isWhole: named.length === 0,
  };
}

function whole(specifier: ts.Node | undefined, isTypeOnly = false): Imported {
  return { target: textOf(specifier), isTypeOnly, names: [], isWhole: true };
}

function textOf(specifier: ts.Node | undefined): string | undefined {
  return specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

/** `import()`, `require()`, `require.resolve()` */
function loadsModule(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || /^require(\.resolve)?$/.test(callee.getText());
}
