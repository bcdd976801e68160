import { ApiFirewall } from '../../foundation/api-firewall';
import { ApiFunction } from '../../foundation/api-function';
import { bundle } from '../../foundation/bundle';
import { DATABASE_PORT } from '../../foundation/database';
import type { Database } from '../../foundation/database';
import { FhirApi } from '../../foundation/fhir-api';
import type { ApiRoute } from '../../foundation/fhir-api';
import type { Foundation } from '../../foundation/pipeline-parts';

/** Paths of the API. A search without a patient is refused before it reaches the function. */
export const VITALS_ROUTES: readonly ApiRoute[] = [
  { path: 'Observation', requiredParameters: ['patient'] },
  { path: 'metadata' },
  { path: 'health' },
];

/** Requests a second in the long run, and at once. */
const THROTTLE = { requestsPerSecond: 200, burst: 400 };

/** Requests served at the same time. Each keeps a connection to the reader and one to the writer. */
const RESERVED_CONCURRENCY = 50;

export interface VitalsApi {
  readonly gateway: FhirApi;
  readonly handler: ApiFunction;
}

/** The API before `api/lambda.ts`. */
export function vitalsApi({ scope, settings, names, keys, network }: Foundation, database: Database): VitalsApi {
  const { logRetentionDays } = settings.compliance;
  const handler = new ApiFunction(scope, 'ApiFunction', {
    names,
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
    },
    statements: database.secretStatements(),
    reservedConcurrency: RESERVED_CONCURRENCY,
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  database.allowFrom(handler.securityGroup, 'API function');
  const gateway = new FhirApi(scope, 'Api', {
    names,
    handler: handler.function,
    routes: VITALS_ROUTES,
    throttle: THROTTLE,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  new ApiFirewall(scope, 'ApiFirewall', {
    names,
    stageArn: gateway.stageArn,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  return { gateway, handler };
}
