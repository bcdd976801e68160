import { apiAlarms } from './alarms/api.service';
import { cacheAlarms } from './alarms/cache.service';
import { databaseAlarms } from './alarms/database.service';
import { ingestAlarms } from './alarms/ingest.service';
import { processorAlarms } from './alarms/processor.service';
import { streamAlarms } from './alarms/stream.service';
import type { VitalsApi } from './api.service';
import type { Cache } from '../../foundation/cache';
import type { Database } from '../../foundation/database';
import type { Foundation } from '../../foundation/pipeline-parts';
import type { ProcessorService } from '../../foundation/processor-service';
import type { Rotation } from '../../foundation/rotation';
import type { IngestStream } from '../../foundation/stream';

export interface VitalsParts {
  readonly ingest: IngestStream;
  readonly database: Database;
  /** None where the secret's owner changes the password. */
  readonly rotation: Rotation | undefined;
  /** None without an auth token. */
  readonly cache: Cache | undefined;
  readonly processor: ProcessorService;
  readonly api: VitalsApi;
}

/** The alarms of the workload: one or more for each of its promises. Each section of `docs/runbook.md` has the alarm's name. */
export function vitalsAlarms(foundation: Foundation, parts: VitalsParts): void {
  streamAlarms(foundation, parts.ingest);
  ingestAlarms(foundation, parts.api.ingest);
  processorAlarms(foundation, parts.processor);
  databaseAlarms(foundation, parts.database, parts.rotation);
  if (parts.cache !== undefined) cacheAlarms(foundation, parts.cache);
  apiAlarms(foundation, parts.api);
}
