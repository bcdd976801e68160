import { serveApi } from './serve';
import { EnvironmentError } from '../../../runtime/environment';
import { createLog } from '../../../runtime/log/log';

/** Entry of the local API: runs until SIGTERM or SIGINT. Exit code 1 when it cannot start. */
async function main(): Promise<void> {
  const api = await serveApi(process.env);
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
  await api.stop(signal);
}

main().catch((error: unknown) => {
  if (error instanceof EnvironmentError) process.stderr.write(`${error.message}\n`);
  else
    createLog({ service: 'api', environment: process.env.ENVIRONMENT_SUFFIX ?? '' }).event('process.start_failed', {
      error,
    });
  process.exitCode = 1;
});
