import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import type { Architecture } from './architecture';

/** Path (with `/`, from the root of the repository) to text: what a check looks at, real or planted by a test. */
export type Sources = Map<string, string>;

/** One file of apps/ or libs/, parsed once for all rules. */
export interface CodeFile {
  path: string;
  tree: ts.SourceFile;
  home: Home | undefined;
  isSpec: boolean;
  isMigration: boolean;
}

/** Where a file lives. `name` is what an alias says: `orders`, `database`; `apps/<name>` has no alias. */
export interface Home {
  kind: 'module' | 'platform' | 'app';
  name: string;
  /** The folder, which is also how complaints call it. */
  folder: string;
}

/** A rule answers with `what — why or what to do instead`, once per fault; the check puts the file in front. */
export type Rule = (file: CodeFile, architecture: Architecture) => string[];

export function readSources(root: string, folders = ['apps', 'libs']): Sources {
  const sources: Sources = new Map();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.[cm]?tsx?$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      sources.set(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'));
    }
  }
  return sources;
}

export function parseCode(path: string, text: string): CodeFile {
  return {
    path,
    tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
    home: homeOf(path),
    isSpec: /\.(e2e-)?spec\.ts$/.test(path),
    isMigration: path.includes('/migrations/'),
  };
}

export function homeOf(path: string): Home | undefined {
  const home = /^(?:(libs\/platform\/src\/([^/]+))|(libs\/(?!platform\/)([^/]+)\/src)|(apps\/([^/]+)))\//.exec(path);
  if (!home) return undefined;
  if (home[1]) return { kind: 'platform', name: home[2]!, folder: home[1] };
  if (home[3]) return { kind: 'module', name: home[4]!, folder: home[3] };
  return { kind: 'app', name: home[6]!, folder: home[5]! };
}

/** Every node below and including `node`, parents first. */
export function* nodesIn(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesIn(child);
}
