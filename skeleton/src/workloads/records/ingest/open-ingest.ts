import { ingestRoutes } from './ingest-routes';
import { type IngestEnvironment, parseIngestEnvironment } from '../../../runtime/environment';
import { type OpenIngest, openIngestTo } from '../../../runtime/http/ingest-program';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import { parseResourceTypes } from '../resource-types';

export interface RecordsIngestEnvironment extends IngestEnvironment {
  /** Types of resource that are taken. */
  readonly resourceTypes: readonly string[];
}

/** @throws EnvironmentError */
export function parseRecordsIngestEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): RecordsIngestEnvironment {
  return { ...parseIngestEnvironment(variables), resourceTypes: parseResourceTypes(variables) };
}

/** Opens the way to the stream that the environment names. No connection is made before it is needed. */
export function openIngest(environment: RecordsIngestEnvironment, log: Log, metrics: Metrics): OpenIngest {
  const { resourceTypes } = environment;
  return openIngestTo(environment, { log, metrics }, (tools) => ingestRoutes({ ...tools, resourceTypes }));
}
