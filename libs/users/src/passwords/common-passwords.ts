import { dictionary } from '@zxcvbn-ts/language-common';

/**
 * The 49,000 passwords that stand most often in published leaks, in lower case. Few of them are as long as ours have to be;
 * the others are what people lengthen.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  (dictionary['passwords-common'] as string[]).map((password) => password.toLowerCase()),
);
