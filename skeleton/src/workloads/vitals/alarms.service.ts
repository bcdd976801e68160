import { cacheAlarms } from './alarms/cache.service';
import { auroraAlarms } from '../../foundation/alarm-sets/aurora';
import type { Cache } from '../../foundation/cache';
import type { Database } from '../../foundation/database';
import type { Foundation } from '../../foundation/pipeline-parts';
import { flowAlarms, queryAlarms } from '../../foundation/stream-pipeline';
import type { StreamPipeline } from '../../foundation/stream-pipeline';

export interface VitalsParts extends StreamPipeline {
  readonly database: Database;
  /** None without an auth token. */
  readonly cache: Cache | undefined;
}

/** The alarms of the workload: one or more for each of its promises. Each section of `docs/runbook.md` has the alarm's name. */
export function vitalsAlarms(foundation: Foundation, parts: VitalsParts): void {
  flowAlarms(foundation, parts);
  auroraAlarms(foundation, parts);
  if (parts.cache !== undefined) cacheAlarms(foundation, parts.cache);
  queryAlarms(foundation, parts);
}
