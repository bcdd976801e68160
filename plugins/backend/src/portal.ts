import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PortalClient } from './portal-client';
import { startEmbeddedDatabase, type DatabaseConnection } from './database/embedded-database';
import { LOOPBACK, isPortFree } from './free-port';
import { REPOSITORY_ROOT } from './repository-root';

const START_PATIENCE_MS = 120_000;
const STOP_PATIENCE_MS = 15_000;
const POLL_MS = 200;

export interface PortalOptions {
  /** Port of pages and APIs on 127.0.0.1. */
  readonly port: number;
  /** Folder for the database and the log; made when missing. Kept by `stop`. */
  readonly dataDirectory: string;
  /** Folder in which created repositories land, one a tenant. */
  readonly tenantsDirectory: string;
  /** Whether pages are served; they must have been built. */
  readonly frontEnd: boolean;
  /** Told what happens while starting, a phrase at a time. */
  readonly tell: (phrase: string) => void;
}

export interface Portal {
  readonly url: string;
  /** File with what the backend said. */
  readonly logFile: string;
  /** Ids of the processes that it consists of. */
  readonly pids: readonly number[];
  /** Settles when the backend ended without being asked to; with its exit code or signal. */
  readonly ended: Promise<string>;
  /** Stops the backend, then the database. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the portal: its database, then the Backstage backend; waits until the templates are in the catalog.
 *
 * @throws Error for people when the port is taken or a part does not come up. Nothing runs then.
 */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const { port, dataDirectory, tenantsDirectory, tell } = options;
  if (!(await isPortFree(port))) {
    throw new Error(
      `Port ${port} of ${LOOPBACK} is taken. Stop what listens there, or choose another one: PORT=7008 npm start`,
    );
  }
  await mkdir(dataDirectory, { recursive: true });
  await mkdir(tenantsDirectory, { recursive: true });

  tell('starting the database');
  const database = await startEmbeddedDatabase(join(dataDirectory, 'database'));
  const logFile = join(dataDirectory, 'backend.log');
  const url = `http://${LOOPBACK}:${port}`;

  tell('starting the backend');
  const backend = spawnBackend({ ...options, url, connection: database.connection, logFile });
  const ended = new Promise<string>((resolve) => {
    backend.once('error', (error) => {
      resolve(error.message);
    });
    backend.once('exit', (code, signal) => {
      resolve(signal ?? `exit code ${String(code)}`);
    });
  });
  const stop = async () => {
    await stopBackend(backend, ended);
    await database.stop();
  };
  try {
    await untilReady({ url, ended, logFile });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, logFile, pids: [database.pid, backend.pid].filter((pid) => pid !== undefined), ended, stop };
}

function spawnBackend(
  settings: PortalOptions & { url: string; connection: DatabaseConnection; logFile: string },
): ChildProcess {
  const { url, port, connection, tenantsDirectory, frontEnd, logFile } = settings;
  const backend = spawn(process.execPath, ['--import', require.resolve('tsx'), join(__dirname, 'backend.ts')], {
    // Backstage resolves file locations, and finds app-config.yaml, from here.
    cwd: REPOSITORY_ROOT,
    env: {
      ...process.env,
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
      PORTAL_FRONT_END: frontEnd ? 'on' : 'off',
      APP_CONFIG_app_baseUrl: JSON.stringify(url),
      APP_CONFIG_backend_baseUrl: JSON.stringify(url),
      APP_CONFIG_backend_cors_origin: JSON.stringify(url),
      APP_CONFIG_backend_listen_port: JSON.stringify(port),
      APP_CONFIG_backend_database: JSON.stringify({ client: 'pg', connection }),
      APP_CONFIG_hipaaPipeline_localGit_root: JSON.stringify(tenantsDirectory),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    // As the database: Ctrl-C in a terminal is for the portal, which stops its parts in order.
    detached: true,
  });
  const log = createWriteStream(logFile);
  backend.stdout.pipe(log, { end: false });
  backend.stderr.pipe(log, { end: false });
  backend.once('close', () => log.end());
  return backend;
}

async function untilReady(portal: { url: string; ended: Promise<string>; logFile: string }): Promise<void> {
  const client = new PortalClient(portal.url);
  const deadline = Date.now() + START_PATIENCE_MS;
  let end: string | undefined;
  void portal.ended.then((how) => {
    end = how;
  });
  while (!(await client.hasTemplates())) {
    if (end !== undefined) throw new Error(`The backend ended while it started (${end}). Its log is ${portal.logFile}`);
    if (Date.now() > deadline) {
      throw new Error(
        `The catalog had no template within ${START_PATIENCE_MS / 1_000} s. The backend's log is ${portal.logFile}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function stopBackend(backend: ChildProcess, ended: Promise<string>): Promise<void> {
  if (backend.pid === undefined || backend.exitCode !== null || backend.signalCode !== null) return;
  const lastResort = setTimeout(() => backend.kill('SIGKILL'), STOP_PATIENCE_MS);
  backend.kill('SIGTERM');
  await ended;
  clearTimeout(lastResort);
}
