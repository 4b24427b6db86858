import { startGateway } from './gateway';
import { errorFields, log } from './log';
import { readSettings } from './settings';
import { StartProblem } from './start-problem';

process.on('uncaughtException', (error) => {
  log('error', 'gateway.crashed', errorFields(error));
  process.exit(1);
});

/** A known reason not to start is one message on stderr; anything else is a bug and rises. */
function refuseToStart(error: unknown): never {
  if (!(error instanceof StartProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const gateway = await startGateway(readSettings());
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    log('info', 'gateway.stopping', { signal });
    void gateway.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  log('info', 'gateway.ready', { url: gateway.url });
  process.send?.({ ready: true, port: gateway.port });
}

main().catch(refuseToStart);
