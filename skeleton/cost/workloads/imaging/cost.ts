import { IMAGING_PIPELINE } from './pipeline';
import { IMAGING_PRICES } from './prices';
import { referenceTenants } from './reference-tenants';
import { volumeOf } from './volume';
import {
  CAPACITY_UNITS_MIN,
  capacityUnitsMax,
  EVENTS_PER_SECOND_PER_CAPACITY_UNIT,
} from '../../../src/foundation/database';
import { METRIC_NAMES, SCAN_METRIC_NAMES } from '../../../src/runtime/metrics/metrics';
import type { MetricName } from '../../../src/runtime/metrics/metrics';
import type { TenantSettings } from '../../../src/tenant';
import { BUSIEST_HOUR_PART, FILE_MEGABYTES, imagingCapacity } from '../../../src/workloads/imaging/capacity';
import { ASSUMPTIONS } from '../../assumptions';
import { change } from '../../change';
import { count, GIGABYTE, round } from '../../cost-line';
import type { CostLine } from '../../cost-line';
import { PRICES } from '../../prices';
import type { WorkloadCost } from '../../workload-cost';

/** What is stored of a file, in parts of it: itself, its derivative, which has the same pixels, and its preview. */
const STORED_PART = 2.05;
/** Objects of a file, and those of them that are large enough to go where storing is cheaper. */
const OBJECTS_PER_FILE = 3;
const LARGE_OBJECTS_PER_FILE = 2;
const STANDARD_DAYS = 90;
const STORED_DAYS = 365;

/** How often a file is read while it is worked on: when it is whole, and for each of what is made of it. */
const READS_PER_FILE = 4;
/** How long a file lies on EFS. */
const MINUTES_ON_EFS = 10;

/** Bytes of a file's rows in the database, with what they are found by; the metadata is most of it. */
const ROW_BYTES_PER_FILE = 6_000;
const AURORA_IO_BYTES = 4_096;

const QUEUE_NODES = 2;

/** Metrics that other pipelines' programs write as well. */
const SHARED_METRICS: readonly MetricName[] = ['ApiErrorCount'];

export const workloadCost: WorkloadCost = {
  pipeline: IMAGING_PIPELINE,
  events: 'Medical images',
  meanPartOfPeak: 1 / (24 * BUSIEST_HOUR_PART),
  prices: IMAGING_PRICES,
  stores: (settings) => [
    databaseLine(settings),
    databaseStorageLine(settings),
    scansLine(settings),
    filesLine(settings),
    queueLine(),
  ],
  ownAlarms: () => 0,
  metricsUnused: METRIC_NAMES.filter((name) => ![...SCAN_METRIC_NAMES, ...SHARED_METRICS].some((own) => own === name)),
  changes: [
    change('capacity', 'databaseReadersMin', ({ databaseReadersMin }) => databaseReadersMin + 1),
    change('capacity', 'databaseReadersMax', ({ databaseReadersMax }) => databaseReadersMax + 2),
  ],
  assumed: `A scan is so many files of ${FILE_MEGABYTES * 1_000} KB, as a slice of a tomography is; 1/${1 / BUSIEST_HOUR_PART} of a day's come in the busiest hour. Of each is kept
the original, a derivative of the same size and a preview, for ${STANDARD_DAYS} days in S3 Standard and then in Glacier Instant Retrieval.
**Scans are kept for as long as the law has it, so what S3 holds grows on**: it is counted as it is after a year, and grows
by as much each year, most of it at the lower price. A file lies on EFS for ${MINUTES_ON_EFS} minutes, is written once and read ${READS_PER_FILE} times.
Requests that write to S3 are counted here, those that read are not; nor is what a link into the network may cost.`,
  referenceTenants,
};

function databaseLine({ capacity }: TenantSettings): CostLine {
  const unitMonth = ASSUMPTIONS.hoursPerMonth * PRICES.auroraUnitHour.usd;
  const { peakRowsPerSecond } = imagingCapacity(capacity);
  const meanRows = peakRowsPerSecond / (24 * BUSIEST_HOUR_PART);
  const unitsMost = capacityUnitsMax(peakRowsPerSecond);
  const units = Math.min(unitsMost, Math.max(CAPACITY_UNITS_MIN, meanRows / EVENTS_PER_SECOND_PER_CAPACITY_UNIT));
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

function databaseStorageLine(settings: TenantSettings): CostLine {
  const { filesPerDay, filesPerMonth, peakRatio } = volumeOf(settings);
  const perDay = (filesPerDay * ROW_BYTES_PER_FILE) / GIGABYTE;
  const stored = STORED_DAYS * perDay;
  // As much backup as the database is large is included; what changes in the days that backups are kept comes on top.
  const backup = perDay * settings.compliance.backupRetentionDays;
  const requests = (filesPerMonth * 2 * ROW_BYTES_PER_FILE) / AURORA_IO_BYTES / 1e6;
  const usd =
    stored * PRICES.auroraStorage.usd + backup * PRICES.auroraBackup.usd + requests * PRICES.auroraMillionIo.usd;
  return {
    part: "Database's storage",
    basis: `${round(stored)} GB after a year, ${round(backup)} GB of backup, ${round(requests)} million writes`,
    usd,
    usdAtMost: usd * peakRatio,
  };
}

function scansLine(settings: TenantSettings): CostLine {
  const { gigabytesPerDay, filesPerMonth, peakRatio } = volumeOf(settings);
  const perDay = STORED_PART * gigabytesPerDay;
  const standard = STANDARD_DAYS * perDay;
  const seldom = (STORED_DAYS - STANDARD_DAYS) * perDay;
  const usd =
    standard * IMAGING_PRICES.s3Storage.usd +
    seldom * IMAGING_PRICES.s3SeldomStorage.usd +
    ((OBJECTS_PER_FILE * filesPerMonth) / 1_000) * IMAGING_PRICES.s3Put.usd +
    ((LARGE_OBJECTS_PER_FILE * filesPerMonth) / 1_000) * IMAGING_PRICES.s3SeldomTransition.usd;
  return {
    part: 'Scans in S3',
    basis: `${round(standard / 1_000)} TB and ${round(seldom / 1_000)} TB read seldom, after a year`,
    usd,
    usdAtMost: usd * peakRatio,
  };
}

function filesLine(settings: TenantSettings): CostLine {
  const { gigabytesPerDay, gigabytesPerMonth, peakRatio } = volumeOf(settings);
  const lying = (gigabytesPerDay * MINUTES_ON_EFS) / (24 * 60);
  const usd =
    lying * IMAGING_PRICES.efsStorage.usd +
    gigabytesPerMonth * (IMAGING_PRICES.efsWrite.usd + READS_PER_FILE * IMAGING_PRICES.efsRead.usd);
  return {
    part: 'Shared files',
    basis: `${round(gigabytesPerMonth / 1_000)} TB written, ${round((READS_PER_FILE * gigabytesPerMonth) / 1_000)} TB read`,
    usd,
    usdAtMost: usd * peakRatio,
  };
}

function queueLine(): CostLine {
  const usd = QUEUE_NODES * ASSUMPTIONS.hoursPerMonth * PRICES.cacheT4gMediumHour.usd;
  return { part: 'Queue', basis: `${QUEUE_NODES} nodes, cache.t4g.medium`, usd, usdAtMost: usd };
}
