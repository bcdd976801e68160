import { once } from 'node:events';
import type { Hono } from 'hono';
import { startNodeHost } from './node-host';
import type { ApiEnvironment } from './route';
import { EnvironmentError } from '../environment';
import { logCrashes } from '../log/crash';
import { createLog, type Log } from '../log/log';
import { Metrics } from '../metrics/metrics';
import { runUntilSignalled } from '../process/lifecycle';

/** Who every caller of the local API is taken for. */
const LOCAL_PRINCIPAL = 'local-developer';

/** An application with what it holds open. */
export interface OpenApi {
  readonly app: Hono<ApiEnvironment>;
  close(): Promise<void>;
}

export interface LocalProgram<Environment> {
  /** @throws EnvironmentError */
  readonly parse: (variables: Readonly<Record<string, string | undefined>>) => Environment;
  /** No connection is made before it is needed. */
  readonly open: (environment: Environment, log: Log, metrics: Metrics) => OpenApi;
}

/**
 * The API of the local stack as a program: all of a workload's functions on one port, with the environment of all of them and `API_PORT`.
 * It runs until SIGTERM or SIGINT; exit code 1 when it cannot start.
 */
export async function runLocalProgram<Environment extends { readonly environmentSuffix: string }>(
  program: LocalProgram<Environment>,
): Promise<void> {
  const { environment, port } = readEnvironment(program);
  const log = createLog({ service: 'api', environment: environment.environmentSuffix });
  logCrashes(log);
  const metrics = new Metrics(environment.environmentSuffix);
  await runUntilSignalled(log, async (signal) =>
    serveLocally(() => program.open(environment, log, metrics), { port, log, metrics, signal }),
  );
}

/** A wrong environment is told to the person who wrote it. It names variables, and no value. */
function readEnvironment<Environment>({ parse }: LocalProgram<Environment>): {
  readonly environment: Environment;
  readonly port: number;
} {
  try {
    return { environment: parse(process.env), port: parseApiPort(process.env) };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Asks it to end. */
  readonly signal: AbortSignal;
}

/**
 * Serves an API on this machine only. Says `api.listening` with the port when it is ready. Asked to end, it answers what is under way,
 * closes what was opened and resolves.
 *
 * @throws Node's error when the port is taken.
 */
export async function serveLocally(open: () => OpenApi, { port, log, metrics, signal }: ServeOptions): Promise<void> {
  const { app, close } = open();
  try {
    const host = await startNodeHost({ app, port, principal: LOCAL_PRINCIPAL });
    metrics.start();
    log.event('api.listening', { port: Number(new URL(host.baseUrl).port) });
    if (!signal.aborted) await once(signal, 'abort');
    await host.close();
  } finally {
    await close();
    metrics.stop();
  }
}

/**
 * Reads `API_PORT`: the one variable that the local API has and the Lambda functions have not.
 *
 * @throws EnvironmentError
 */
export function parseApiPort(variables: Readonly<Record<string, string | undefined>>): number {
  const text = variables.API_PORT;
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new EnvironmentError([
    `API_PORT is ${text === undefined ? 'missing' : 'wrong'}: expected a whole number from 0 to 65535, 0 for a free port`,
  ]);
}
