import { ingestObserver } from './ingest-observer';
import { ingestRoutes } from './ingest-routes';
import type { IngestEnvironment } from '../../../runtime/environment';
import type { IntakeRoute } from '../../../runtime/http/route';
import { createKinesisPutClient } from '../../../runtime/kinesis/client';
import { StreamWriter } from '../../../runtime/kinesis/put-records';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';

/** What takes events in, with its way to the stream. */
export interface OpenIngest {
  readonly routes: readonly IntakeRoute[];
  close(): Promise<void>;
}

/** Opens the way to the stream that the environment names. No connection is made before it is needed. */
export function openIngest(environment: IngestEnvironment, log: Log, metrics: Metrics): OpenIngest {
  const client = createKinesisPutClient(environment.region);
  return {
    routes: ingestRoutes({
      writer: new StreamWriter({ client, streamName: environment.streamName, log }),
      observer: ingestObserver(log, metrics),
      retentionDays: environment.observationRetentionDays,
      clock: () => new Date(),
    }),
    close: async () => client.destroy(),
  };
}
