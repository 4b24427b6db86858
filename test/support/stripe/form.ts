/** A form as Stripe reads it: `a[b][c]=d` is nested, `a[0]=b` is a list. */
export type Form = { [name: string]: string | Form };

/** Decodes a form-encoded body or query. */
export function readForm(text: string): Form {
  const form: Form = {};
  for (const [path, value] of new URLSearchParams(text)) {
    const names = path.split(/\[|\]\[?/).filter((name) => name !== '');
    let place = form;
    for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Form;
    place[names.at(-1) ?? ''] = value;
  }
  return form;
}

/** The form below a name, or an empty one. */
export const formIn = (form: Form, name: string): Form => (typeof form[name] === 'object' ? (form[name] as Form) : {});

/** The text under a name. */
export const textIn = (form: Form, name: string): string | undefined =>
  typeof form[name] === 'string' ? form[name] : undefined;

/** All texts in a form, e.g. metadata. */
export const textsIn = (form: Form): Record<string, string> =>
  Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
