import { posix } from 'node:path';
import { type Architecture, STANDS_ALONE } from '../architecture';
import { homeOf, type CodeFile, type Home, type Rule } from '../code-file';
import { importsOf } from '../imports';

/** Modules meet only through each other's doors, along drawn arrows. */
export const arrows: Rule = (file, architecture) =>
  importsOf(file.tree).flatMap(({ target }) => {
    if (target === undefined) return ['a computed import — write the name out, so that the arrows can be checked'];
    const why = whyForbidden(file, target, architecture);
    return why ? [`imports "${target}" — ${why}`] : [];
  });

function whyForbidden(file: CodeFile, target: string, architecture: Architecture): string | undefined {
  if (!file.home) return undefined;
  if (target.startsWith('.')) return whyRelativeForbidden(file.path, file.home, target);
  if (/^(\/|libs\/|apps\/|test\/|tools\/|dist\/)/.test(target)) return 'use @app/<module> or @platform/<part>';

  const alias = /^@(app|platform)\/([^/]+)(\/.*)?$/.exec(target);
  if (!alias) return undefined;
  const [, scope, name, beyondTheDoor] = alias;
  if (file.home.folder === STANDS_ALONE) return 'the sandbox gateway stands alone: it plays another company';
  if (beyondTheDoor) return `only the door is open: import @${scope}/${name}, and export there what others need`;
  return scope === 'app'
    ? whyModuleForbidden(file.home, name!, architecture)
    : whyPlatformForbidden(file.home, name!, architecture);
}

function whyRelativeForbidden(path: string, home: Home, target: string): string | undefined {
  const resolved = posix.join(posix.dirname(path), target).replace(/\/$/, '');
  if (homeOf(`${resolved}/`)?.folder !== home.folder) {
    if (resolved.startsWith('apps/')) return 'nobody imports an app; what two need belongs in a module or in platform';
    return 'a relative path may not leave its module; use @app/<module> or @platform/<part>';
  }
  const door = resolved.replace(/(\/index)?(\.[cm]?[jt]s)?$/, '');
  return home.kind !== 'app' && door === home.folder ? OWN_DOOR : undefined;
}

const OWN_DOOR = 'own files import each other by their relative path; through the own index.ts providers are undefined';

function whyModuleForbidden(home: Home, module: string, { modules }: Architecture): string | undefined {
  if (home.kind === 'app') return undefined;
  if (home.kind === 'platform')
    return 'platform knows no business module; take the data as an argument or a contributor';
  if (home.name === module) return OWN_DOOR;
  if (modules[home.name]?.includes(module)) return undefined;
  return `no arrow ${home.name} -> ${module}; publish an event, or draw the arrow in the same commit and say why`;
}

function whyPlatformForbidden(home: Home, part: string, { platform }: Architecture): string | undefined {
  if (home.kind !== 'platform') return undefined;
  if (home.name === part) return OWN_DOOR;
  if (platform[home.name]?.includes(part)) return undefined;
  return `no arrow platform/${home.name} -> platform/${part}; the lower part must not know the upper one`;
}
