import { createApi } from './create-api';
import { EnvironmentError, parseApiEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import { startNodeHost } from '../../../runtime/http/node-host';
import { createLog } from '../../../runtime/log/log';
import { Metrics } from '../../../runtime/metrics/metrics';

const CONNECTIONS_MAX = 5;

/** Who every caller of the local API is taken for. */
export const LOCAL_PRINCIPAL = 'local-developer';

export interface ServedApi {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Answers what is under way, then closes server and connections. */
  stop(signal: string): Promise<void>;
}

/** Where the API tells what it does. */
export interface Output {
  /** Receives each line of the log and of the metrics. */
  write(line: string): void;
}

/**
 * Serves the API on this machine only, with the environment of the Lambda function and `API_PORT` (0: a free one).
 * Says `api.listening` with the port when it is ready.
 *
 * @param output default: standard output.
 * @throws EnvironmentError, or Node's error when the port is taken.
 */
export async function serveApi(
  variables: Readonly<Record<string, string | undefined>>,
  output: Output = process.stdout,
): Promise<ServedApi> {
  const environment = parseApiEnvironment(variables);
  const port = parsePort(variables.API_PORT);
  const log = createLog({ service: 'api', environment: environment.environmentSuffix, destination: output });
  const metrics = new Metrics(environment.environmentSuffix, (line) => output.write(line));
  const connections = openApiConnections(environment, log, CONNECTIONS_MAX);
  const app = createApi({ ...connections, observer: apiObserver(log, metrics) });
  log.event('process.started', { region: environment.region });
  const host = await startNodeHost({ app, port, principal: LOCAL_PRINCIPAL });
  metrics.start();
  log.event('api.listening', { port: Number(new URL(host.baseUrl).port) });
  return {
    baseUrl: host.baseUrl,
    stop: async (signal) => {
      const startedAtMs = performance.now();
      log.event('process.stopping', { signal });
      await host.close();
      await connections.close();
      metrics.stop();
      log.event('process.stopped', { graceful: true, durationMs: Math.round(performance.now() - startedAtMs) });
    },
  };
}

function parsePort(text: string | undefined): number {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new EnvironmentError([
    `API_PORT is ${text === undefined ? 'missing' : 'wrong'}: expected a whole number from 0 to 65535, 0 for a free port`,
  ]);
}
