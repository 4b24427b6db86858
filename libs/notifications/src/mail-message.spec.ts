import { createTransport } from 'nodemailer';
import { toMessage } from './mail-message';

const FROM = 'Countinghouse <shop@countinghouse.test>';

it.each([
  ['plain', { name: 'Ann Example', address: 'ann@example.test' }, 'Your order', 'Hello', '<p>Hello</p>'],
  [
    'strange',
    { name: 'Änn "Ex", <b>', address: 'ann@exämple.test' },
    'Übung\r\nBcc: a@b.c',
    '2 × Mug\n.\n..\r\nFrom',
    '=',
  ],
  [
    'long',
    { name: 'A'.repeat(300), address: 'ann@example.test' },
    'word '.repeat(99),
    'é'.repeat(999),
    '<i>'.repeat(999),
  ],
])('has the headers and the words that nodemailer would send: %s', async (_what, to, subject, text, html) => {
  const mail = { to, subject, text, html, messageId: '<order.1@countinghouse>' };
  const theirs = await createTransport({ streamTransport: true, buffer: true, newline: 'windows' }).sendMail({
    from: FROM,
    ...mail,
  });
  const { envelope, raw } = toMessage(mail, FROM);
  expect(envelope).toEqual(theirs.envelope);
  const [ours, nodemailers] = [raw.toString(), (theirs.message as Buffer).toString()];
  expect(headOf(ours)).toBe(headOf(nodemailers));
  const body = ours.slice(ours.indexOf('\r\n\r\n'));
  expect(Math.max(...body.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76);
  const [, ...parts] = ours.split(/\r\n--.*(?:\r\n|$)/);
  expect(parts.map((part) => decode(part.split('\r\n\r\n').slice(1).join('\r\n\r\n')))).toEqual([
    text.replace(/\r?\n/g, '\r\n'),
    html,
    '',
  ]);
});

/** Without what is another one each time. */
function headOf(message: string): string {
  return (message.split('\r\n\r\n')[0] ?? '').replace(/Date: .*|_NmP-[0-9a-f]+/g, '');
}

function decode(quotedPrintable: string): string {
  const bytes = quotedPrintable
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
