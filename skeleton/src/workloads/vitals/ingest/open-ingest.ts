import { ingestRoutes } from './ingest-routes';
import type { ObservationIngestEnvironment } from '../../../runtime/environment';
import { type OpenIngest, openIngestTo } from '../../../runtime/http/ingest-program';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';

/** Opens the way to the stream that the environment names. No connection is made before it is needed. */
export function openIngest(environment: ObservationIngestEnvironment, log: Log, metrics: Metrics): OpenIngest {
  const { observationRetentionDays: retentionDays } = environment;
  return openIngestTo(environment, { log, metrics }, (tools) => ingestRoutes({ ...tools, retentionDays }));
}
