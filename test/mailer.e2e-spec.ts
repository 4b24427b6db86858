import { Mailer } from '../libs/notifications/src/mailer';
import { MailSink } from './support/mail-sink';

const VICTIM = 'victim@example.test';

/** What people are called reaches the mail server as a name, whatever stands in it. */
describe('a mail', () => {
  let sink: MailSink;
  let mailer: Mailer;

  beforeAll(async () => {
    sink = await MailSink.open();
    const settings: Record<string, string> = { SMTP_URL: sink.url, MAIL_FROM: 'Shop <shop@example.test>' };
    mailer = new Mailer({ get: (name: string) => settings[name] } as never);
  });
  afterAll(async () => {
    mailer.onApplicationShutdown();
    await sink.close();
  });

  const send = async (to: { name: string; address: string }, subject = 'Your order') => {
    const [mails, recipients] = [sink.taken.length, sink.recipients.length];
    const content = { text: 'Hello', html: '<p>Hello</p>', messageId: '<order.1@example.test>' };
    const refused = await mailer.send({ to, subject, ...content }).then(
      () => false,
      () => true,
    );
    const [head = ''] = (sink.taken[mails] ?? '').split('\r\n\r\n');
    const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    return { refused, headers, recipients: sink.recipients.slice(recipients), mails: sink.taken.length - mails };
  };
  const namesOf = (headers: string[]) => headers.map((line) => line.split(':')[0]?.toLowerCase()).sort();

  it.each([
    ['a line of its own', `Eve\r\nBcc: ${VICTIM}`],
    ['a bare line feed', `Eve\nBcc: ${VICTIM}`],
    ['a bare carriage return', `Eve\rBcc: ${VICTIM}`],
    ['another recipient', `Eve <${VICTIM}>, Mallory`],
    ['the end of the headers', 'Eve\r\n\r\n<script>alert(1)</script>'],
    ['quotes and brackets', `"Eve" <${VICTIM}>`],
    ['a line separator', `Eve\u2028Bcc: ${VICTIM}`],
  ])('has one recipient and no header more when a name holds %s', async (_what, name) => {
    const plain = await send({ name: 'Eve', address: 'eve@example.test' });
    for (const [to, subject] of [
      [{ name, address: 'eve@example.test' }, 'Your order'],
      [{ name: 'Eve', address: 'eve@example.test' }, name],
    ] as const) {
      const { headers, recipients, mails } = await send(to, subject);
      expect([recipients, mails]).toEqual([['<eve@example.test>'], 1]);
      expect(namesOf(headers)).toEqual(namesOf(plain.headers));
    }
  });

  it.each([
    `eve@example.test\r\nRCPT TO:<${VICTIM}>`,
    `eve@example.test>\r\nRCPT TO:<${VICTIM}`,
    `<${VICTIM}> eve@example.test`,
  ])('goes to nobody else when the address is %j', async (address) => {
    const { recipients } = await send({ name: 'Eve', address });
    expect(recipients.filter((recipient) => recipient === `<${VICTIM}>`)).toEqual([]);
    expect(recipients.length).toBeLessThanOrEqual(1);
  });
});
