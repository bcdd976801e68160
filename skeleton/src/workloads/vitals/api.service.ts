import { ingestThrottle, vitalsIngest } from './ingest.service';
import { ApiFirewall } from '../../foundation/api-firewall';
import { ApiFunction } from '../../foundation/api-function';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { bundle } from '../../foundation/bundle';
import type { Cache } from '../../foundation/cache';
import { DATABASE_PORT } from '../../foundation/database';
import type { Database } from '../../foundation/database';
import { FhirApi } from '../../foundation/fhir-api';
import type { ApiRoute, Throttle } from '../../foundation/fhir-api';
import type { Foundation } from '../../foundation/pipeline-parts';
import type { IngestStream } from '../../foundation/stream';

/** Requests a second in the long run, and at once. */
const QUERY_THROTTLE: Throttle = { requestsPerSecond: 200, burst: 400 };

/** Queries served at the same time. Each keeps a connection to the reader and one to the writer. */
const QUERY_CONCURRENCY = 50;

/** HL7 v2 says its character set in the message, so its bytes must arrive as they were sent. */
const BINARY_MEDIA_TYPES = ['application/hl7-v2'];

export interface VitalsApi {
  readonly gateway: FhirApi;
  /** Answers queries. */
  readonly handler: ApiFunction;
  /** Takes events in. */
  readonly ingest: ApiFunction;
}

export interface VitalsApiParts {
  readonly ingest: IngestStream;
  readonly database: Database;
  readonly cache: Cache | undefined;
  readonly peakEventsPerSecond: number;
}

/** The API: queries go to `api/lambda.ts`, events to `ingest/lambda.ts`, each a function of its own. */
export function vitalsApi(foundation: Foundation, parts: VitalsApiParts): VitalsApi {
  const { scope, settings, names, keys } = foundation;
  const logRetentionDays = auditRetentionDays(settings.compliance);
  const throttle = ingestThrottle(parts.peakEventsPerSecond);
  const handler = queryFunction(foundation, parts);
  const ingest = vitalsIngest(foundation, parts.ingest, throttle);
  const gateway = new FhirApi(scope, 'Api', {
    names,
    routes: vitalsRoutes(handler, ingest, throttle),
    throttle: QUERY_THROTTLE,
    binaryMediaTypes: BINARY_MEDIA_TYPES,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  new ApiFirewall(scope, 'ApiFirewall', {
    names,
    stageArn: gateway.stageArn,
    ingestRequestsPerSecond: throttle.requestsPerSecond,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  return { gateway, handler, ingest };
}

/** A search without a patient is refused before it reaches the function. */
function vitalsRoutes(query: ApiFunction, ingest: ApiFunction, throttle: Throttle): ApiRoute[] {
  const get = { method: 'GET', handler: query.function } as const;
  const post = { method: 'POST', handler: ingest.function, throttle } as const;
  return [
    { ...get, path: 'Observation', requiredParameters: ['patient'] },
    { ...get, path: 'Observation/$lastn', requiredParameters: ['patient'] },
    { ...get, path: 'metadata' },
    { ...get, path: 'health' },
    { ...post, path: 'Observation' },
    { ...post, path: '' },
  ];
}

function queryFunction(foundation: Foundation, { database, cache }: VitalsApiParts): ApiFunction {
  const { scope, settings, names, keys, network } = foundation;
  const handler = new ApiFunction(scope, 'ApiFunction', {
    names,
    purpose: 'api',
    description: 'FHIR R4 API of the pipeline',
    securityGroupDescription: 'API function: nothing in; AWS and database out',
    network,
    codeDirectory: bundle({ name: 'vitals-api', entry: 'src/workloads/vitals/api/lambda.ts' }),
    // AWS_REGION is Lambda's own.
    environment: {
      DATABASE_HOST: database.cluster.clusterEndpoint.hostname,
      DATABASE_READER_HOST: database.cluster.clusterReadEndpoint.hostname,
      DATABASE_PORT: `${DATABASE_PORT}`,
      DATABASE_NAME: database.databaseName,
      DATABASE_SECRET_ARN: database.secretArn,
      ENVIRONMENT_SUFFIX: names.suffix,
      ...cache?.environment(),
    },
    statements: [...database.secretStatements(), ...(cache?.secretStatements() ?? [])],
    reservedConcurrency: QUERY_CONCURRENCY,
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
  database.allowFrom(handler.securityGroup, 'API function');
  cache?.allowFrom(handler.securityGroup, 'API function');
  return handler;
}
