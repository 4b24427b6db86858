import { createServer } from 'node:net';

/** A mail server that takes everything and keeps nothing. Resolves to its port. */
export function startSmtpSink() {
  const server = createServer((socket) => {
    let inMessage = false;
    let rest = '';
    socket.on('error', () => socket.destroy());
    socket.write('220 sink\r\n');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (inMessage) {
          if (line !== '.') continue;
          inMessage = false;
          socket.write('250 taken\r\n');
        } else if (/^DATA/i.test(line)) {
          inMessage = true;
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, close: () => server.close() }));
  });
}
