import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { serverCertificate } from './certificate';
import { HEALTH_PATH, requestHandler } from './request-handler';
import type { Route } from './route';
import { startTlsServer } from './tls-server';
import type { Variables } from '../../../runtime/environment';
import { apiObserver } from '../../../runtime/http/api-observer';
import { logCrashes } from '../../../runtime/log/crash';
import { createLog, type Log } from '../../../runtime/log/log';
import { Metrics } from '../../../runtime/metrics/metrics';
import { readEnvironment } from '../../../runtime/process/background-program';
import { runUntilSignalled } from '../../../runtime/process/lifecycle';
import { startStep } from '../../../runtime/process/start';

/** What a server of this workload has in its environment, whatever else. */
export interface ServerEnvironment {
  readonly environmentSuffix: string;
  readonly port: number;
  /** Address to listen on. */
  readonly listenAddress: string;
  readonly tlsCertificateFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
}

/** Routes with what they hold open. */
export interface OpenServer {
  readonly routes: readonly Route[];
  /** Throws while the program cannot do its work yet, such as before the database has its tables. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface ServerTools<Environment> {
  readonly environment: Environment;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ServerProgram<Environment extends ServerEnvironment> {
  /** Which process speaks in the log, such as `upload`. */
  readonly service: string;
  /** @throws EnvironmentError */
  readonly parseEnvironment: (variables: Variables) => Environment;
  readonly open: (tools: ServerTools<Environment>) => OpenServer;
}

const DEFAULT_PORT = 8_443;
const CHECK_TIMEOUT_MS = 3_000;

/**
 * An HTTPS server's whole program. `node index.mjs` runs it until SIGTERM or SIGINT: it answers `GET /health` with 503 until it is
 * ready, then with 200, and says `api.listening`. `node index.mjs --health` asks the running one. Exits with 0 or 1.
 */
export function serverProgram<Environment extends ServerEnvironment>(program: ServerProgram<Environment>): void {
  if (process.argv.includes('--health')) void checkHealth();
  else void run(program);
}

async function run<Environment extends ServerEnvironment>(program: ServerProgram<Environment>): Promise<void> {
  const environment = readEnvironment(program.parseEnvironment);
  const log = createLog({ service: program.service, environment: environment.environmentSuffix });
  logCrashes(log);
  const metrics = new Metrics(environment.environmentSuffix);
  await runUntilSignalled(log, async (signal) =>
    serve(() => program.open({ environment, log, metrics }), { environment, log, metrics, signal }),
  );
}

export interface ServeOptions {
  readonly environment: ServerEnvironment;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Asks it to end. */
  readonly signal: AbortSignal;
}

/**
 * Serves until asked to end; then answers what is under way, closes what was opened and resolves.
 *
 * @throws StartError when it cannot get ready; Node's error when the port is taken.
 */
export async function serve(
  open: () => OpenServer,
  { environment, log, metrics, signal }: ServeOptions,
): Promise<void> {
  const { tlsCertificateFile: certificateFile, tlsKeyFile: keyFile, port, listenAddress } = environment;
  const certificate = await serverCertificate({ certificateFile, keyFile });
  const { routes, ready, close } = open();
  try {
    let isReady = false;
    const server = await startTlsServer({
      port,
      host: listenAddress,
      certificate,
      handler: requestHandler({ routes, observer: apiObserver(log, metrics), isHealthy: () => isReady }),
    });
    try {
      await startStep({ phase: 'schema', log, signal }, ready);
      isReady = !signal.aborted;
      metrics.start();
      if (isReady) log.event('api.listening', { port: server.port });
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      isReady = false;
      await server.close();
    }
  } finally {
    await close();
    metrics.stop();
  }
}

async function checkHealth(): Promise<void> {
  process.exit((await isHealthy(Number(process.env.PORT ?? DEFAULT_PORT))) ? 0 : 1);
}

/** Asks the process on this machine. Its certificate is its own, and nothing is said to it or believed but whether it is well. */
async function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = httpsRequest(
      { host: '127.0.0.1', port, path: HEALTH_PATH, rejectUnauthorized: false, timeout: CHECK_TIMEOUT_MS },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
