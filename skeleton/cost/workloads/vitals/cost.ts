import { referenceTenants } from './reference-tenants';
import { cacheNodeType } from '../../../src/foundation/cache';
import {
  CAPACITY_UNITS_MIN,
  capacityUnitsMax,
  EVENTS_PER_SECOND_PER_CAPACITY_UNIT,
} from '../../../src/foundation/database';
import { SCAN_METRIC_NAMES } from '../../../src/runtime/metrics/metrics';
import type { TenantSettings } from '../../../src/tenant';
import { ASSUMPTIONS } from '../../assumptions';
import { change } from '../../change';
import type { Change } from '../../change';
import { count, GIGABYTE, round, SECONDS_PER_DAY } from '../../cost-line';
import type { CostLine, Load } from '../../cost-line';
import { PRICES } from '../../prices';
import { STREAM_PIPELINE } from '../../stream-pipeline';
import type { WorkloadCost } from '../../workload-cost';

/** Mean rate of events, as a part of the peak. */
const MEAN_PART_OF_PEAK = 0.5;
/** Measurements of one event. Each is a row of the database. */
const MEASUREMENTS_PER_EVENT = 6.5;
/** Bytes of a row with its place in the index. */
const BYTES_PER_ROW = 250;
/** Bytes that a row adds to the database's log, of which Aurora counts each 4 KiB as a request. */
const LOG_BYTES_PER_ROW = 500;

const AURORA_IO_BYTES = 4_096;

/** Alarms of the database, and of the cache: some for each ten nodes, and some for all. */
const DATABASE_ALARMS = 6;
const CACHE_ALARMS_PER_TEN_NODES = 4;
const CACHE_ALARMS = 2;

export const workloadCost: WorkloadCost = {
  pipeline: STREAM_PIPELINE,
  events: 'Vital signs',
  meanPartOfPeak: MEAN_PART_OF_PEAK,
  stores: (settings, load) => [
    databaseLine(settings, load),
    storageLine(settings, load),
    ...cacheLines(settings, load),
  ],
  ownAlarms: (settings) => {
    const nodes = cacheNodes(settings);
    return DATABASE_ALARMS + (nodes === 0 ? 0 : CACHE_ALARMS + CACHE_ALARMS_PER_TEN_NODES * Math.ceil(nodes / 10));
  },
  metricsUnused: ['ReferencesUnresolvedCount', ...SCAN_METRIC_NAMES],
  changes: [
    change('capacity', 'databaseReadersMin', ({ databaseReadersMin }) => databaseReadersMin + 1),
    change('capacity', 'databaseReadersMax', ({ databaseReadersMax }) => databaseReadersMax + 2),
    cacheChange(),
    change('capacity', 'cacheNodeGroups', ({ cacheNodeGroups }) => cacheNodeGroups + 1),
    change('compliance', 'observationRetentionDays', ({ observationRetentionDays }) => 2 * observationRetentionDays),
  ],
  assumed: `The mean rate is ${MEAN_PART_OF_PEAK * 100} % of the peak; an event has ${MEASUREMENTS_PER_EVENT} measurements, each a row of ${BYTES_PER_ROW} bytes
with its place in the index. The storage of the database is counted as it is once the whole retention has passed.`,
  referenceTenants,
};

function databaseLine({ capacity }: TenantSettings, load: Load): CostLine {
  const unitMonth = ASSUMPTIONS.hoursPerMonth * PRICES.auroraUnitHour.usd;
  const units = Math.max(CAPACITY_UNITS_MIN, load.mean / EVENTS_PER_SECOND_PER_CAPACITY_UNIT);
  const unitsMost = capacityUnitsMax(load.peak);
  // The first reader is as large as the writer, so that it can take its place; the others follow the queries.
  const readersMost = Math.max(capacity.databaseReadersMin, capacity.databaseReadersMax);
  const expected = 2 * units + (capacity.databaseReadersMin - 1) * CAPACITY_UNITS_MIN;
  return {
    part: 'Database',
    basis: `writer and ${count(capacity.databaseReadersMin, 'reader')}, ${round(expected)} capacity units, up to ${(1 + readersMost) * unitsMost}`,
    usd: expected * unitMonth,
    usdAtMost: (1 + readersMost) * unitsMost * unitMonth,
  };
}

function storageLine({ compliance }: TenantSettings, load: Load): CostLine {
  const rowsPerDay = load.mean * SECONDS_PER_DAY * MEASUREMENTS_PER_EVENT;
  const perDay = (rowsPerDay * BYTES_PER_ROW) / GIGABYTE;
  const stored = perDay * compliance.observationRetentionDays;
  // As much backup as the database is large is included; what changes in the days that backups are kept comes on top.
  const backup = perDay * Math.min(compliance.backupRetentionDays, compliance.observationRetentionDays);
  const requests = (rowsPerDay * 30.4 * LOG_BYTES_PER_ROW) / AURORA_IO_BYTES / 1e6;
  const usd =
    stored * PRICES.auroraStorage.usd + backup * PRICES.auroraBackup.usd + requests * PRICES.auroraMillionIo.usd;
  return {
    part: "Database's storage",
    basis: `${round(stored)} GB after ${compliance.observationRetentionDays} days, ${round(backup)} GB of backup, ${round(requests)} million writes`,
    usd,
    usdAtMost: usd * (load.peak / load.mean),
  };
}

function cacheLines(settings: TenantSettings, load: Load): CostLine[] {
  const nodes = cacheNodes(settings);
  if (nodes === 0) return [];
  const nodeType = cacheNodeType(load.peak);
  const hour = nodeType === 'cache.t4g.medium' ? PRICES.cacheT4gMediumHour : PRICES.cacheM7gLargeHour;
  const usd = nodes * ASSUMPTIONS.hoursPerMonth * hour.usd;
  return [{ part: 'Cache', basis: `${nodes} nodes, ${nodeType}`, usd, usdAtMost: usd }];
}

/** A node and its replica for each group; none without an auth token. */
function cacheNodes({ secrets, capacity }: TenantSettings): number {
  return secrets.cacheAuthTokenArn === undefined ? 0 : 2 * capacity.cacheNodeGroups;
}

function cacheChange(): Change {
  return (settings) => {
    const { cacheAuthTokenArn, cacheAuthTokenKeyArn: _, ...secrets } = settings.secrets;
    const token = `${settings.secrets.databaseArn.slice(0, -7)}-cache-Z9y8X7`;
    const has = cacheAuthTokenArn !== undefined;
    return {
      setting: 'secrets.cacheAuthTokenArn',
      from: has ? 'a secret: with a cache' : 'none: no cache',
      to: has ? 'none: no cache' : 'a secret: with a cache',
      changed: { ...settings, secrets: has ? secrets : { ...secrets, cacheAuthTokenArn: token } },
    };
  };
}
