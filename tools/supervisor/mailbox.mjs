/**
 * The mailbox: takes every mail over SMTP, delivers none, and shows them on a web page. A process of its own, because it
 * is an ES module and brings 170 MB with it.
 * Usage: mailbox.mjs <SMTP port> <web port> <folder of the mails>; 0 means any free port.
 */
import { MailDev } from 'maildev';

const KEPT_MAILS = 500;

const [smtp, web] = process.argv.slice(2, 4).map(Number);
const mailbox = new MailDev({
  smtp,
  web,
  ip: '127.0.0.1',
  webIp: '127.0.0.1',
  mailDirectory: process.argv[4],
  maxEmails: KEPT_MAILS,
});

const stop = async () => {
  await mailbox.stop();
  process.exit(0);
};
for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, stop);

const servers = await mailbox.start();
process.send?.({ ready: true, smtpPort: servers.smtp.getAddress().port, webPort: servers.api.getAddress().port });
