import { createApi } from './create-api';
import type { ApiEnvironment, ObservationIngestEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import type { OpenApi } from '../../../runtime/http/local-program';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import { openIngest } from '../ingest/open-ingest';
import { connectLatestReadings } from '../latest-readings-connection';

const CONNECTIONS_MAX = 5;

/** Queries and ingest as one application, for the local stack. */
export function openApi(
  environment: ApiEnvironment & ObservationIngestEnvironment,
  log: Log,
  metrics: Metrics,
): OpenApi {
  const connections = openApiConnections(environment, log, { role: 'pipeline_api', connectionsMax: CONNECTIONS_MAX });
  const { cache, region } = environment;
  const latest = connectLatestReadings({ cache, region, log, metrics });
  const ingest = openIngest(environment, log, metrics);
  return {
    app: createApi({
      ...connections,
      observer: apiObserver(log, metrics),
      latestReadings: latest?.latestReadings,
      ingest: ingest.routes,
    }),
    close: async () => {
      await Promise.all([connections.close(), latest?.close(), ingest.close()]);
    },
  };
}
