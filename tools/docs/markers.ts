/** The text between `<!-- name: … -->` and `<!-- /name -->` belongs to a tool; all around it belongs to people. */
export function replaceBetweenMarkers(page: string, name: string, text: string): string {
  const pattern = new RegExp(`(<!-- ${name}:[^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`, 'g');
  const found = page.match(pattern)?.length ?? 0;
  if (found !== 1) throw new Error(`The markers of "${name}" stand ${found} times in the page instead of once.`);
  return page.replace(pattern, (_all, open: string, close: string) => `${open}\n${text.trim()}\n\n${close}`);
}
