import ts from 'typescript';
import { nodesIn, type Rule } from '../code-file';

const MOST_LINES_OF_FILE = 300;
const MOST_LINES_OF_FUNCTION = 70;

/** The stops of CONVENTIONS.md, not its aims (150 and 30). Migrations and specs tell a long story by nature. */
export const sizes: Rule = ({ tree, isSpec, isMigration }) => {
  if (isSpec || isMigration) return [];
  const complaints: string[] = [];
  const fileLines = tree.text.trimEnd().split('\n').length;
  if (fileLines > MOST_LINES_OF_FILE) {
    complaints.push(`${fileLines} lines of at most ${MOST_LINES_OF_FILE} — a second idea lives here: give it a file`);
  }
  for (const node of nodesIn(tree)) {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) continue;
    // From its name on: the decorators of a route describe it, they don't make it longer.
    const first = lineOf(tree, (node.name ?? node.parameters[0] ?? node.body).getStart());
    const lines = lineOf(tree, node.end) - first + 1;
    if (lines <= MOST_LINES_OF_FUNCTION) continue;
    const name = node.name?.getText() ?? 'a function';
    complaints.push(
      `${name} in line ${first} has ${lines} lines of at most ${MOST_LINES_OF_FUNCTION} — name its steps and call them`,
    );
  }
  return complaints;
};

function lineOf(tree: ts.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1;
}
