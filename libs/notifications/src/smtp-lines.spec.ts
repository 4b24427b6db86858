import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import type { SmtpServer } from './smtp-line';
import { SmtpLines } from './smtp-lines';

interface Arrived {
  text: string;
  isEncrypted: boolean;
  user: unknown;
}

describe('connections to a mail server that wants to know who we are', () => {
  const servers: SMTPServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise<void>((done) => server.close(done)))));
  beforeEach(() => jest.spyOn(console, 'error').mockImplementation()); // its certificate is known to everybody

  /** @returns what `scheme`://`user` at it comes to */
  const sendTo = async (scheme: 'smtp' | 'smtps', user: string): Promise<Arrived[]> => {
    const arrived: Arrived[] = [];
    const server = new SMTPServer({
      secure: scheme === 'smtps',
      onAuth: ({ username, password }, _session, done) =>
        username === 'shop@x' && password === 'p@ss:w d' ? done(null, { user: username }) : done(new Error('unknown')),
      onData: (stream, { secure, user: known }, done) => {
        let text = '';
        stream.on('data', (part) => (text += String(part)));
        stream.on('end', () => {
          arrived.push({ text, isEncrypted: secure, user: known });
          done();
        });
      },
    });
    servers.push(server);
    server.on('error', () => undefined); // it is hung up on by those it refuses
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.server.address() as AddressInfo;
    const url = `${scheme}://${user}@127.0.0.1:${port}?tls.rejectUnauthorized=false`;
    const lines = new SmtpLines((createTransport(url) as unknown as { options: SmtpServer }).options);
    const envelope = { from: 'shop@x.example', to: ['ada@x.example'] };
    const raw = Buffer.from('Subject: Hello\r\n\r\n.a line that begins with a dot\r\n');
    try {
      for (let mail = 0; mail < 2; mail++) await lines.send({ envelope, raw, handOver: () => undefined });
    } finally {
      lines.close();
    }
    return arrived;
  };
  const arrives = {
    text: 'Subject: Hello\r\n\r\n.a line that begins with a dot\r\n',
    isEncrypted: true,
    user: 'shop@x',
  };

  it.each(['smtp', 'smtps'] as const)('over %s: encrypts, signs in, and sends mail after mail', async (scheme) => {
    expect(await sendTo(scheme, 'shop%40x:p%40ss%3Aw%20d')).toEqual([arrives, arrives]);
  });

  it('tells of a refusal by its codes alone: the server’s words name the person', async () => {
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
      onRcptTo: ({ address }, _session, done) =>
        done(Object.assign(new Error(`5.1.1 <${address}>: Recipient address rejected`), { responseCode: 550 })),
    });
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.server.address() as AddressInfo;
    const lines = new SmtpLines(
      (createTransport(`smtp://127.0.0.1:${port}`) as unknown as { options: SmtpServer }).options,
    );
    const envelope = { from: 'shop@x.example', to: ['ada@x.example'] };
    const refused = await lines
      .send({ envelope, raw: Buffer.from('Hello'), handOver: () => undefined })
      .catch((error) => error);
    expect(refused).toMatchObject({ message: 'The mail server has refused: 550 5.1.1.', responseCode: 550 });
    expect(JSON.stringify([refused, refused.stack])).not.toContain('ada@');
    lines.close();
  });

  it('says so when it does not know us', async () => {
    await expect(sendTo('smtp', 'shop%40x:wrong')).rejects.toMatchObject({ responseCode: 535 });
  });
});
