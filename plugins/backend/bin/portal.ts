import { join } from 'node:path';
import { buildFrontEnd } from '../src/front-end';
import { startPortal } from '../src/portal';
import { REPOSITORY_ROOT } from '../src/repository-root';

const DEFAULT_PORT = 7007;

/** `npm start`: builds the pages, starts the portal, and stops it in order on Ctrl-C or SIGTERM. */
async function main(): Promise<void> {
  const startedAtMs = Date.now();
  const tell = (phrase: string) => {
    console.log(`[portal] ${((Date.now() - startedAtMs) / 1_000).toFixed(0).padStart(3)} s  ${phrase}`);
  };
  const askedToStop = new Promise<string>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });

  await buildFrontEnd(tell);
  const tenantsDirectory = join(REPOSITORY_ROOT, 'tenants');
  const portal = await startPortal({
    port: portNumber(process.env.PORT),
    dataDirectory: join(REPOSITORY_ROOT, '.portal'),
    tenantsDirectory,
    frontEnd: true,
    tell,
  });
  tell(`ready: ${portal.url}/create shows the templates`);
  tell(`created repositories land in ${tenantsDirectory}; the log is ${portal.logFile}; Ctrl-C stops`);

  const reason = await Promise.race([askedToStop, portal.ended.then((how) => `the backend ended: ${how}`)]);
  tell(`stopping (${reason})`);
  await portal.stop();
  tell('stopped');
  process.exitCode = reason.startsWith('SIG') ? 0 : 1;
}

function portNumber(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`PORT is ${JSON.stringify(text)}: expected a whole number from 1 to 65535, such as ${DEFAULT_PORT}`);
  }
  return port;
}

main().catch((error: unknown) => {
  console.error(`[portal] ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
