import ts from 'typescript';
import { nodesIn, type CodeFile, type Rule } from '../code-file';

interface ForbiddenWord {
  word: RegExp;
  isAllowedIn(file: CodeFile): boolean;
  why: string;
}

const FORBIDDEN_WORDS: ForbiddenWord[] = [
  {
    word: /^forwardRef$/,
    isAllowedIn: () => false,
    why: 'it hides a cycle; publish an event, or move what both need below them',
  },
  {
    word: /^(Inject(Repository|DataSource|EntityManager)|get(Tree|Mongo)?Repository|DataSource|createQueryRunner)$/,
    isAllowedIn: ({ home, isSpec }) => home?.folder === 'libs/platform/src/database' || isSpec,
    why: 'it writes outside of the transaction, silently; use this.uow.manager of @platform/database',
  },
];

const MAY_READ_ENVIRONMENT = /^(libs\/platform\/src\/config\/|apps\/sandbox-gateway\/src\/settings\.ts$)/;

/** Identifiers that may not be used, found in the syntax tree: a comment or a string that names them harms nobody. */
export const words: Rule = (file) => {
  const complaints = new Set<string>();
  const maySeeEnvironment = file.isSpec || MAY_READ_ENVIRONMENT.test(file.path);
  for (const node of nodesIn(file.tree)) {
    if (ts.isIdentifier(node)) {
      const broken = FORBIDDEN_WORDS.find(({ word, isAllowedIn }) => word.test(node.text) && !isAllowedIn(file));
      if (broken) complaints.add(`uses ${node.text} — ${broken.why}`);
    }
    if (!maySeeEnvironment && readsEnvironment(node)) {
      complaints.add('reads process.env — only @platform/config does, where each setting is named and validated');
    }
  }
  return [...complaints];
};

/** `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'node:process'` */
function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    return ts.isStringLiteralLike(key) && key.text === 'env' && isProcess(node.expression);
  }
  if (ts.isBindingElement(node) && (node.propertyName ?? node.name).getText() === 'env') {
    const declaration = node.parent.parent;
    return ts.isVariableDeclaration(declaration) && !!declaration.initializer && isProcess(declaration.initializer);
  }
  if (ts.isImportSpecifier(node) && (node.propertyName ?? node.name).text === 'env') {
    const { moduleSpecifier } = node.parent.parent.parent;
    return ts.isStringLiteral(moduleSpecifier) && /^(node:)?process$/.test(moduleSpecifier.text);
  }
  return false;
}

function isProcess(expression: ts.Expression): boolean {
  return /^(globalThis\.|global\.)?process$/.test(expression.getText());
}
