import { referenceTenants } from './reference-tenants';
import { storageLimits } from '../../../src/foundation/instance-database';
import { INSTANCE_SIZES, instanceClass } from '../../../src/foundation/instance-size';
import type { DatabaseInstanceClass } from '../../../src/foundation/instance-size';
import { SCAN_METRIC_NAMES } from '../../../src/runtime/metrics/metrics';
import type { TenantSettings } from '../../../src/tenant';
import { ASSUMPTIONS } from '../../assumptions';
import { change } from '../../change';
import { GIGABYTE, round, SECONDS_PER_DAY } from '../../cost-line';
import type { CostLine, Load } from '../../cost-line';
import { PRICES } from '../../prices';
import { STREAM_PIPELINE } from '../../stream-pipeline';
import type { WorkloadCost } from '../../workload-cost';

/** Mean rate of events, as a part of the peak: systems send by day, and the peak is a morning's, or a first load. */
const MEAN_PART_OF_PEAK = 0.05;
/** Bytes of a version with what it is found by. */
const BYTES_PER_VERSION = 3_000;

/** Alarms of the database. */
const DATABASE_ALARMS = 5;

export const workloadCost: WorkloadCost = {
  pipeline: STREAM_PIPELINE,
  events: 'Patient records',
  meanPartOfPeak: MEAN_PART_OF_PEAK,
  stores: (settings, load) => [databaseLine(settings), storageLine(settings, load)],
  ownAlarms: () => DATABASE_ALARMS,
  metricsUnused: ['CacheHitCount', 'CacheMissCount', 'CacheErrorCount', 'FollowUpFailedCount', ...SCAN_METRIC_NAMES],
  changes: [
    change('capacity', 'databaseInstanceClass', () => 'r6g.2xlarge' as const, 'by the peak'),
    change('capacity', 'databaseStorageGibibytes', ({ databaseStorageGibibytes }) => 10 * databaseStorageGibibytes),
    change('capacity', 'databaseStorageMaxGibibytes', () => 5_000, 'ten times what there is at first'),
  ],
  assumed: `The mean rate is ${MEAN_PART_OF_PEAK * 100} % of the peak; an event is one version of one resource, of ${BYTES_PER_VERSION.toLocaleString('en-US')} bytes with what it is found
by. Records are kept until they are erased, so the storage of the database grows on: it is counted as it is after a year,
or as large as it may grow.`,
  referenceTenants,
};

function databaseLine(settings: TenantSettings): CostLine {
  const name = classOf(settings);
  const usd = ASSUMPTIONS.hoursPerMonth * INSTANCE_SIZES[name].cores * PRICES.rdsCoreHour.usd;
  return { part: 'Database', basis: `db.${name} in two zones`, usd, usdAtMost: usd };
}

function classOf({ capacity }: TenantSettings): DatabaseInstanceClass {
  return capacity.databaseInstanceClass ?? instanceClass(capacity.peakEventsPerSecond ?? 0);
}

function storageLine({ capacity, compliance }: TenantSettings, load: Load): CostLine {
  const { firstGibibytes, mostGibibytes } = storageLimits(capacity);
  const perDay = (load.mean * SECONDS_PER_DAY * BYTES_PER_VERSION) / GIGABYTE;
  const stored = Math.min(mostGibibytes, Math.max(firstGibibytes, 365 * perDay));
  // As much backup as the storage is large is included; what changes in the days that backups are kept comes on top.
  const backup = Math.min(mostGibibytes, perDay * compliance.backupRetentionDays);
  const backupMost = Math.min(mostGibibytes, (backup * load.peak) / load.mean);
  return {
    part: "Database's storage",
    basis: `${round(stored)} GB after a year, up to ${round(mostGibibytes)}; ${round(backup)} GB of backup`,
    usd: stored * PRICES.rdsStorage.usd + backup * PRICES.rdsBackup.usd,
    usdAtMost: mostGibibytes * PRICES.rdsStorage.usd + backupMost * PRICES.rdsBackup.usd,
  };
}
