import type { Teardown } from '../../../local/teardown';
import { VitalSignPartitions } from '../../../src/workloads/vitals/partitions';
import { type BenchDatabase, startBenchDatabase } from '../../database';

export const RETENTION_DAYS = 90;

export interface VitalsDatabase extends BenchDatabase {
  readonly partitions: VitalSignPartitions;
}

/** A database with partitions for the days that count. */
export async function startVitalsDatabase(teardown: Teardown): Promise<VitalsDatabase> {
  const database = await startBenchDatabase(teardown, 'vitals');
  const partitions = new VitalSignPartitions(database.pool, RETENTION_DAYS);
  await partitions.maintain(new Date());
  return { ...database, partitions };
}
