import { once } from 'node:events';
import { createApi } from './create-api';
import { type ApiEnvironment, EnvironmentError, type IngestEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import { startNodeHost } from '../../../runtime/http/node-host';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import { openIngest } from '../ingest/open-ingest';
import { connectLatestReadings } from '../latest-readings-connection';

const CONNECTIONS_MAX = 5;

/** Who every caller of the local API is taken for. */
const LOCAL_PRINCIPAL = 'local-developer';

export interface ServeOptions {
  readonly environment: ApiEnvironment & IngestEnvironment;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Asks it to end. */
  readonly signal: AbortSignal;
}

/**
 * Serves the API on this machine only, queries and ingest on one port. Says `api.listening` with the port when it is ready. Asked to end, it answers what is
 * under way, closes its connections and resolves.
 *
 * @throws Node's error when the port is taken.
 */
export async function serveApi({ environment, port, log, metrics, signal }: ServeOptions): Promise<void> {
  const connections = openApiConnections(environment, log, CONNECTIONS_MAX);
  const { cache, region } = environment;
  const latest = connectLatestReadings({ cache, region, log, metrics });
  const ingest = openIngest(environment, log, metrics);
  try {
    const app = createApi({
      ...connections,
      observer: apiObserver(log, metrics),
      latestReadings: latest?.latestReadings,
      ingest: ingest.routes,
    });
    const host = await startNodeHost({ app, port, principal: LOCAL_PRINCIPAL });
    metrics.start();
    log.event('api.listening', { port: Number(new URL(host.baseUrl).port) });
    if (!signal.aborted) await once(signal, 'abort');
    await host.close();
  } finally {
    await Promise.all([connections.close(), latest?.close(), ingest.close()]);
    metrics.stop();
  }
}

/**
 * Reads `API_PORT`: the one variable that the local API has and the Lambda function has not.
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
