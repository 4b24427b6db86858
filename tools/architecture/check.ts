import { type Architecture, checkDrawing } from './architecture';
import { parseCode, type Rule, type Sources } from './code-file';
import { checkAddresses } from './rules/addresses';
import { arrows } from './rules/arrows';
import { doors } from './rules/doors';
import { layers } from './rules/layers';
import { sizes } from './rules/sizes';
import { tables } from './rules/tables';
import { words } from './rules/words';

export type { Architecture } from './architecture';
export { readSources, type Sources } from './code-file';

const RULES: Rule[] = [arrows, doors, layers, words, tables, sizes];

/**
 * Everything that is wrong with the house, each as `file: what — why or what to do instead`. It reads nothing itself:
 * a test hands it the real sources, or one file with a planted fault.
 */
export function check(sources: Sources, architecture: Architecture): string[] {
  const complaints = new Set([...checkDrawing(architecture), ...checkAddresses(sources.keys(), architecture)]);
  for (const [path, text] of sources) {
    const file = parseCode(path, text);
    for (const rule of RULES) {
      for (const complaint of rule(file, architecture)) complaints.add(`${path}: ${complaint}`);
    }
  }
  return [...complaints];
}
