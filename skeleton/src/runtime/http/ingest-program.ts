import { createApiApp } from './api-app';
import { apiObserver } from './api-observer';
import { ingestObserver, type IngestObserver } from './ingest-observer';
import { lambdaProgram } from './lambda-program';
import type { IntakeRoute } from './route';
import type { IngestEnvironment } from '../environment';
import { createKinesisPutClient } from '../kinesis/client';
import { StreamWriter } from '../kinesis/put-records';
import type { RecordWriter } from '../kinesis/record-writer';
import type { Log } from '../log/log';
import type { Metrics } from '../metrics/metrics';

/** What routes that take events in work with. */
export interface IngestTools {
  readonly writer: RecordWriter;
  readonly observer: IngestObserver;
  /** The time now. */
  readonly clock: () => Date;
}

/** What takes events in, with its way to the stream. */
export interface OpenIngest {
  readonly routes: readonly IntakeRoute[];
  close(): Promise<void>;
}

/** Opens the way to the stream that the environment names. No connection is made before it is needed. */
export function openIngestTo(
  { region, streamName }: IngestEnvironment,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
  routesOf: (tools: IngestTools) => readonly IntakeRoute[],
): OpenIngest {
  const client = createKinesisPutClient(region);
  return {
    routes: routesOf({
      writer: new StreamWriter({ client, streamName, log }),
      observer: ingestObserver(log, metrics),
      clock: () => new Date(),
    }),
    close: async () => client.destroy(),
  };
}

/** The `handler` of the Lambda function that takes events in. It reaches the stream and nothing else. */
export function ingestProgram<Environment extends IngestEnvironment>(
  environment: Environment,
  open: (environment: Environment, log: Log, metrics: Metrics) => OpenIngest,
) {
  return lambdaProgram({
    service: 'ingest',
    environmentSuffix: environment.environmentSuffix,
    open: (log, metrics) =>
      createApiApp(open(environment, log, metrics).routes, {
        // What comes in is recorded by `ingest.accepted` and the gateway: nothing is shown here.
        audit: 'none',
        observer: apiObserver(log, metrics),
        // There is no database behind it; a stream that is away is answered entry by entry.
        isUnavailable: () => false,
      }),
  });
}
