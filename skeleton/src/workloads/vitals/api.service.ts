import type { ApiFunction } from '../../foundation/api-function';
import type { BackingStore } from '../../foundation/backing-store';
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

/** Queries served at the same time. Each keeps a connection to the reader and one to the writer. */
const QUERY_CONCURRENCY = 50;

export interface VitalsApiParts {
  readonly ingest: IngestStream;
  readonly database: PipelineDatabase;
  /** What readings are answered from before the database. */
  readonly stores: readonly BackingStore[];
  /** What the ingest function is told of the workload. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The API: queries go to `api/lambda.ts`, events to `ingest/lambda.ts`, each a function of its own. */
export function vitalsApi(foundation: Foundation, parts: VitalsApiParts): FhirService {
  const throttle = ingestThrottle(peakOf(foundation));
  const handler = databaseFunction(foundation, {
    id: 'ApiFunction',
    purpose: 'api',
    description: 'FHIR R4 API of the pipeline',
    client: 'API function',
    database: parts.database,
    stores: parts.stores,
    concurrency: QUERY_CONCURRENCY,
  });
  const ingest = ingestFunction(foundation, parts.ingest, throttle, parts.environment);
  return fhirService(foundation, {
    handler,
    ingest,
    routes: vitalsRoutes(handler, ingest, throttle),
    ingestThrottle: throttle,
  });
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
