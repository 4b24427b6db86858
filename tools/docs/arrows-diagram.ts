type Graph = Record<string, string[]>;

/**
 * The arrows of architecture.json as Mermaid.
 * @param built the modules that have a folder; what is only drawn yet gets a dashed border
 */
export function arrowsDiagram({ modules, platform }: { modules: Graph; platform: Graph }, built: Set<string>): string {
  const planned = Object.keys(modules).filter((name) => !built.has(name));
  const dashes =
    planned.length > 0 ? ['  classDef planned stroke-dasharray: 4 4', `  class ${planned.join(',')} planned`] : [];
  return [
    'Business modules. A dashed one is drawn, and has no code yet.',
    '',
    '```mermaid',
    'flowchart TD',
    ...edges(modules),
    ...dashes,
    '```',
    '',
    'Parts of `libs/platform`. An arrow also allows what lies behind it; every module may use every part.',
    '',
    '```mermaid',
    'flowchart TD',
    ...edges(withoutDetours(platform)),
    '```',
  ].join('\n');
}

function edges(graph: Graph): string[] {
  return Object.entries(graph).flatMap(([from, targets]) =>
    targets.length === 0 ? [`  ${from}`] : targets.map((to) => `  ${from} --> ${to}`),
  );
}

/** Leaves out an arrow that another way implies: with all 25 nobody sees the layers. */
function withoutDetours(graph: Graph): Graph {
  const reaches = (from: string, to: string): boolean =>
    (graph[from] ?? []).some((next) => next === to || reaches(next, to));
  return Object.fromEntries(
    Object.entries(graph).map(([from, targets]) => [
      from,
      targets.filter((to) => !targets.some((other) => other !== to && reaches(other, to))),
    ]),
  );
}
