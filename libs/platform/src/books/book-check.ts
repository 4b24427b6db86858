/** Something that must be true of the data, whatever has happened. */
export interface BookCheck {
  /** `<module>.<what>`, e.g. `inventory.reserved_equals_holds`. Public: alarms and the runbook name it. */
  name: string;
  /** What must be true, in one sentence. */
  rule: string;
  /** One query without parameters: a row with a column `id` for whatever breaks the rule. What needs rest waits in it. */
  sql: string;
}

const registered = new Map<string, BookCheck>();

/** Called when a module is imported; a name that is registered again replaces the first. */
export function registerChecks(checks: readonly BookCheck[]): void {
  for (const check of checks) registered.set(check.name, check);
}

/** The checks of all modules that have been imported, by name. */
export function collectedChecks(): BookCheck[] {
  return [...registered.values()].sort((a, b) => a.name.localeCompare(b.name));
}
