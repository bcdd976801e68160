import { createApi } from './create-api';
import type { R4ResourceType } from '../../../fhir-r4-types';
import type { ApiEnvironment } from '../../../runtime/environment';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import type { OpenApi } from '../../../runtime/http/local-program';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import { openAudit } from '../audit/open-audit';
import { openIngest, type RecordsIngestEnvironment } from '../ingest/open-ingest';

const CONNECTIONS_MAX = 5;

export interface LocalEnvironment extends ApiEnvironment, RecordsIngestEnvironment {
  readonly resourceTypes: readonly R4ResourceType[];
}

/** Reads, writes and the trail of accesses as one application, for the local stack. */
export function openApi(environment: LocalEnvironment, log: Log, metrics: Metrics): OpenApi {
  const connections = openApiConnections(environment, log, { role: 'pipeline_api', connectionsMax: CONNECTIONS_MAX });
  const audit = openAudit(environment, log, CONNECTIONS_MAX);
  const ingest = openIngest(environment, log, metrics);
  return {
    app: createApi({
      ...connections,
      observer: apiObserver(log, metrics),
      resourceTypes: environment.resourceTypes,
      others: [...audit.routes, ...ingest.routes],
    }),
    close: async () => {
      await Promise.all([connections.close(), audit.close(), ingest.close()]);
    },
  };
}
