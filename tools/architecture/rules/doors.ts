import ts from 'typescript';
import type { Rule } from '../code-file';

const MAY_LEAVE = /^\.\/(.+\.(module|facade|events|types)|migrations(\/index)?)(\.[cm]?[jt]s)?$/;
const WHY = 'a door exports Nest modules, the facade, events, plain types and ./migrations, nothing else';

/** What a business module shows to others is a promise, so its index.ts passes on a few kinds of files only. */
export const doors: Rule = ({ home, path, tree }) => {
  if (home?.kind !== 'module' || path !== `${home.folder}/index.ts`) return [];
  return tree.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) && !ts.isImportDeclaration(statement)) {
      return [`has code of its own in its index.ts — ${WHY}`];
    }
    const specifier = statement.moduleSpecifier;
    // `export { X };` passes on what an import brought in, and that import is looked at by itself.
    if (!specifier || !ts.isStringLiteral(specifier) || MAY_LEAVE.test(specifier.text)) return [];
    return [`lets out "${specifier.text}" — ${WHY}`];
  });
};
