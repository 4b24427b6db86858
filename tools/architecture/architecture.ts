/** The drawing of the house, as `architecture.json` holds it: who may import whom. */
export interface Architecture {
  /** Each business module with the modules whose facades and events it may import. */
  modules: Record<string, string[]>;
  /** Each part of platform with the parts it may import, none of them implied by another arrow. */
  platform: Record<string, string[]>;
}

/** The payment gateway to test against: another company's system as far as our code is concerned. */
export const STANDS_ALONE = 'apps/sandbox-gateway';

/** What is wrong with the drawing itself, whatever the code does. */
export function checkDrawing({ modules, platform }: Architecture): string[] {
  return [...checkGraph('modules', modules), ...checkGraph('platform parts', platform)];
}

function checkGraph(kind: string, graph: Record<string, string[]>): string[] {
  const complaints = cyclesIn(graph).map(
    (cycle) =>
      `architecture.json: ${kind} form a cycle: ${cycle} — turn one arrow into an event, or pass the data as an argument`,
  );
  for (const [from, targets] of Object.entries(graph)) {
    for (const to of targets) {
      if (!(to in graph))
        complaints.push(`architecture.json: ${from} -> ${to} leads nowhere — draw ${to} or remove it`);
    }
  }
  return complaints;
}

/** Depth first; every node is finished once, so a cycle is reported once, from the first of its nodes that is met. */
function cyclesIn(graph: Record<string, string[]>): string[] {
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, path: string[]): void => {
    if (path.includes(node)) {
      cycles.push([...path.slice(path.indexOf(node)), node].join(' -> '));
      return;
    }
    if (finished.has(node)) return;
    for (const next of graph[node] ?? []) visit(next, [...path, node]);
    finished.add(node);
  };
  for (const node of Object.keys(graph)) visit(node, []);
  return cycles;
}
