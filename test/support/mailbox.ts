import { setting } from './database';
import { eventually } from './eventually';

/** A mail as it arrived in the real mailbox. */
export interface ReceivedMail {
  subject: string;
  to: Array<{ address: string }>;
  text: string;
  html: string;
}

/** What has arrived for an address, oldest first. */
export async function mailsTo(address: string): Promise<ReceivedMail[]> {
  const response = await fetch(`${setting('TEST_MAILBOX_URL')}/api/email`);
  const mails = (await response.json()) as ReceivedMail[];
  return mails.filter(({ to }) => to.some((recipient) => recipient.address === address));
}

/** Waits until so many mails of this subject have arrived for an address. */
export function mailsAbout(address: string, subject: string | RegExp, count = 1): Promise<ReceivedMail[]> {
  const isMeant = (mail: ReceivedMail) =>
    typeof subject === 'string' ? mail.subject === subject : subject.test(mail.subject);
  return eventually(
    async () => (await mailsTo(address)).filter(isMeant),
    (mails) => mails.length >= count,
  );
}

/** The token in a mail's link. */
export function tokenIn({ text }: ReceivedMail): string {
  return /#token=([\w-]+)/.exec(text)?.[1] ?? '';
}
