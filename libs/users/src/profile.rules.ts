/** The names of a person. */
export interface Names {
  firstName: string;
  lastName: string;
}

/** What a change of names comes to: those that really differ, as they were and as they shall be. */
export interface NameChange {
  before: Partial<Names>;
  after: Partial<Names>;
}

/** @returns undefined when nothing would change */
export function findNameChange(names: Names, wanted: Partial<Names>): NameChange | undefined {
  const change: NameChange = { before: {}, after: {} };
  for (const name of ['firstName', 'lastName'] as const) {
    if (wanted[name] === undefined || wanted[name] === names[name]) continue;
    change.before[name] = names[name];
    change.after[name] = wanted[name];
  }
  return Object.keys(change.after).length > 0 ? change : undefined;
}
