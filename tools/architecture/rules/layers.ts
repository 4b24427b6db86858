import type { CodeFile, Rule } from '../code-file';
import { importsOf, type Imported } from '../imports';

interface LayerRule {
  applies(file: CodeFile): boolean;
  forbids(imported: Imported, target: string): boolean;
  why: string;
}

/** The suffix of a file is its layer, and a layer knows only what it may know. */
export const layers: Rule = (file) =>
  importsOf(file.tree).flatMap((imported) => {
    if (imported.target === undefined) return [];
    const target = imported.target.replace(/\.[cm]?[jt]s$/, '');
    const broken = LAYER_RULES.find((rule) => rule.applies(file) && rule.forbids(imported, target));
    return broken ? [`imports "${imported.target}" — ${broken.why}`] : [];
  });

const HTTP_PACKAGE = /^(@nestjs\/(swagger|platform-(fastify|express))|fastify|@fastify\/.+|express)$/;
const HTTP_NAME =
  /Exception$|^(HttpStatus|HttpCode|Controller|Get|Post|Put|Patch|Delete|Body|Param|Query|Headers?|Req|Res|Redirect)$/;

const knowsHttp = (imported: Imported, target: string): boolean =>
  HTTP_PACKAGE.test(target) ||
  /^\..*\.(controller|dto)$/.test(target) ||
  (target === '@nestjs/common' && (imported.isWhole || imported.names.some((name) => HTTP_NAME.test(name))));

/** What computes and nothing else. Everything else of Node is I/O, a clock or a process. */
const PURE_NODE = /^(node:)?(assert(\/strict)?|buffer|crypto|path(\/posix)?|querystring|url|util)$/;

const isPure = ({ isTypeOnly }: Imported, target: string): boolean =>
  /^\..*\.(rules|types|errors)$/.test(target) ||
  target === '@platform/errors' ||
  PURE_NODE.test(target) ||
  // A type leaves nothing behind at run time, so a rule may speak of a row or of another module's answer.
  (isTypeOnly && /^(\..*\.(entity|events)|@(app|platform)\/[^/]+)$/.test(target));

const LAYER_RULES: LayerRule[] = [
  {
    applies: ({ path }) => path.endsWith('.controller.ts'),
    forbids: (_, target) => /^\..*\.(repository|entity)$|^(typeorm|@nestjs\/typeorm|pg)$/.test(target),
    why: 'a controller translates and calls a service; tables are out of its sight',
  },
  {
    applies: ({ path }) => path.endsWith('.rules.ts'),
    forbids: (imported, target) => !isPure(imported, target),
    why: 'rules are pure: only *.rules, *.types, *.errors, @platform/errors, computing parts of Node, types of rows and doors',
  },
  {
    applies: ({ path, home }) =>
      /\.(service|facade|handler|job|repository|entity|events|errors|types)\.ts$/.test(path) &&
      home?.folder !== 'libs/platform/src/http',
    forbids: knowsHttp,
    why: 'only controllers and dtos know HTTP; throw an error of <module>.errors.ts, take and give plain data',
  },
  {
    applies: ({ path, home }) => path.endsWith('.entity.ts') && home?.kind === 'module',
    forbids: (_, target) => target.startsWith('@app/'),
    why: 'an entity refers to no other module; keep its id, or a copy of what you need',
  },
  {
    applies: ({ home, isSpec }) => home?.kind === 'module' && !isSpec,
    forbids: ({ isTypeOnly }, target) => target === 'pg' && !isTypeOnly,
    why: 'a connection of its own writes outside of the transaction; use this.uow.manager in a repository',
  },
];
