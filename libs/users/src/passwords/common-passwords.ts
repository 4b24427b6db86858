/**
 * The 49,000 passwords that stand most often in published leaks, in lower case. Few of them are as long as ours have to be;
 * the others are what people lengthen. Read when a password is first chosen: few processes ever need them.
 */
export const commonPasswords = (): Promise<ReadonlySet<string>> => (known ??= read());

let known: Promise<ReadonlySet<string>> | undefined;

async function read(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set((dictionary['passwords-common'] as string[]).map((password) => password.toLowerCase()));
}
