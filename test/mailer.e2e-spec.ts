import { Mailer } from '../libs/notifications/src/mailer';
import { eventually } from './support/eventually';
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

  describe('over connections that stay open', () => {
    const to = (name: string) => ({ name, address: `${name}@example.test` });
    const untilWaiting = (count: number) =>
      eventually(
        () => Promise.resolve(sink.waiting),
        (waiting) => waiting === count,
      );
    const sendMany = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => mail(to(`reader${n}`))));
    const mail = (reader: { name: string; address: string }, handOver?: () => void) =>
      mailer.send({ to: reader, subject: 'Order', text: 'x', html: 'x', messageId: '<o@example.test>' }, handOver);

    it('goes out while at most three others do, and waits otherwise', async () => {
      const [taken, connections] = [sink.taken.length, sink.connections];
      sink.hold();
      const sending = sendMany(9);
      await untilWaiting(4);
      expect(sink.recipients.filter((reader) => reader.startsWith('<reader')).length).toBe(4);
      sink.letGo();
      await sending;
      expect(sink.taken.length - taken).toBe(9);
      expect(sink.connections - connections).toBeLessThanOrEqual(4);
    });

    it('goes over another one when those that were idle are gone', async () => {
      await sendMany(4);
      sink.hangUp();
      const taken = sink.taken.length;
      await sendMany(4);
      expect(sink.taken.length - taken).toBe(4);
    });

    it('is refused, and the next one goes', async () => {
      await expect(mail(to('nobody'))).rejects.toThrow('refused: 550');
      await mail(to('somebody'));
    });

    it('is not sent again by itself when the server was given it and is gone', async () => {
      sink.hold();
      const recipients = sink.recipients.length;
      const sending = mail(to('reader'));
      await untilWaiting(1);
      sink.hangUp();
      await expect(sending).rejects.toThrow('closed');
      sink.letGo();
      expect(sink.recipients.length - recipients).toBe(1);
    });

    it('is not given to the server if that is stopped in the last moment, and the next one goes', async () => {
      const taken = sink.taken.length;
      const stop = () => {
        throw new Error('not mine any more');
      };
      await expect(mail(to('reader'), stop)).rejects.toThrow('not mine any more');
      await mail(to('reader'));
      expect(sink.taken.length - taken).toBe(1);
    });
  });
});
