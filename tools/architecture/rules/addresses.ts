import type { Architecture } from '../architecture';
import { homeOf } from '../code-file';

/**
 * Every file lives in a folder that is drawn: a folder that nobody drew has no arrows, so nothing could guard it. One
 * complaint for each folder, however many files it holds.
 */
export function checkAddresses(paths: Iterable<string>, { modules, platform }: Architecture): string[] {
  const complaints = new Set<string>();
  for (const path of paths) {
    const home = homeOf(path);
    if (!home) {
      complaints.add(
        `${path}: belongs to no module — code lives in libs/<module>/src, libs/platform/src/<part> or apps/`,
      );
    } else if (home.kind !== 'app' && !(home.name in (home.kind === 'module' ? modules : platform))) {
      complaints.add(`${home.folder}: is not in architecture.json — draw it there with its arrows, or remove it`);
    }
  }
  return [...complaints];
}
