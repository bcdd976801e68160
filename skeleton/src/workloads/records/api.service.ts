import type { ApiFunction } from '../../foundation/api-function';
import { databaseFunction } from '../../foundation/database-function';
import type { ApiRoute } from '../../foundation/fhir-api';
import { fhirService } from '../../foundation/fhir-service';
import type { FhirService } from '../../foundation/fhir-service';
import { ingestFunction, ingestThrottle } from '../../foundation/ingest-function';
import type { PipelineDatabase } from '../../foundation/pipeline-database';
import type { Foundation } from '../../foundation/pipeline-parts';
import type { IngestStream } from '../../foundation/stream';
import { peakOf } from '../../foundation/stream-pipeline';
import type { Throttle } from '../../foundation/throttle';

/** Queries served at the same time, and questions about who saw what, which few people ask. */
const QUERY_CONCURRENCY = 50;
const AUDIT_CONCURRENCY = 5;

/** Requests that hold connections to the database at the same time. */
export const REQUESTS_AT_ONCE = QUERY_CONCURRENCY + AUDIT_CONCURRENCY;

export interface RecordsApi extends FhirService {
  /** Answers who accessed what, as FHIR AuditEvent. */
  readonly audit: ApiFunction;
}

export interface RecordsApiParts {
  readonly ingest: IngestStream;
  readonly database: PipelineDatabase;
  /** What its functions are told of the workload. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The API: reads go to `api/lambda.ts`, writes to `ingest/lambda.ts`, and the record of accesses to `audit/lambda.ts`: a function of its own
 * on paths of its own, so that IAM can allow it to those who may see who saw what, and to nobody else.
 */
export function recordsApi(foundation: Foundation, { ingest, database, environment }: RecordsApiParts): RecordsApi {
  const throttle = ingestThrottle(peakOf(foundation));
  const functions = {
    handler: databaseFunction(foundation, {
      id: 'ApiFunction',
      purpose: 'api',
      description: 'FHIR R4 API of the pipeline',
      client: 'API function',
      database,
      environment,
      concurrency: QUERY_CONCURRENCY,
    }),
    audit: databaseFunction(foundation, {
      id: 'AuditFunction',
      purpose: 'audit',
      description: 'Answers who accessed what, as FHIR AuditEvent',
      client: 'Audit function',
      database,
      concurrency: AUDIT_CONCURRENCY,
    }),
    ingest: ingestFunction(foundation, ingest, throttle, environment),
  };
  const service = fhirService(foundation, {
    ...functions,
    routes: recordsRoutes(functions, throttle),
    ingestThrottle: throttle,
  });
  return { ...service, audit: functions.audit };
}

/**
 * What a path names literally comes before what it names by a parameter, and the gateway does not go back: so `AuditEvent` is never taken for
 * a type of resource, and can be neither written nor read but by the function of its own.
 */
function recordsRoutes(
  { handler, audit, ingest }: Readonly<Record<'handler' | 'audit' | 'ingest', ApiFunction>>,
  throttle: Throttle,
): ApiRoute[] {
  const read = { method: 'GET', handler: handler.function } as const;
  const readAudit = { method: 'GET', handler: audit.function } as const;
  const write = { handler: ingest.function, throttle } as const;
  return [
    { ...read, path: '{resourceType}' },
    { ...read, path: '{resourceType}/{id}' },
    { ...read, path: '{resourceType}/{id}/_history' },
    { ...read, path: '{resourceType}/{id}/_history/{versionId}' },
    // Of patients only, says the application: a path of `Patient` alone would hide the ones above for that type.
    { ...read, path: '{resourceType}/{id}/$everything' },
    { ...read, path: 'metadata' },
    { ...read, path: 'health' },
    { ...readAudit, path: 'AuditEvent' },
    { ...readAudit, path: 'AuditEvent/{id}' },
    { ...write, method: 'POST', path: '' },
    { ...write, method: 'POST', path: '{resourceType}' },
    { ...write, method: 'PUT', path: '{resourceType}/{id}' },
  ];
}
