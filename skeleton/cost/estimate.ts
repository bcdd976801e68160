import { ASSUMPTIONS } from './assumptions';
import { PRICES, REGION_FACTORS } from './prices';
import { auditRetentionDays } from '../src/foundation/audit-retention';
import { cacheNodeType } from '../src/foundation/cache';
import { TASK_CPU_UNITS, TASK_MEMORY_MIB } from '../src/foundation/container-task';
import { CAPACITY_UNITS_MIN, capacityUnitsMax, EVENTS_PER_SECOND_PER_CAPACITY_UNIT } from '../src/foundation/database';
import { PROCESSOR_TASKS_MIN } from '../src/foundation/processor-service';
import { PLANNED_EVENT_BYTES, shardCount } from '../src/foundation/stream';
import { METRIC_NAMES } from '../src/runtime/metrics/metrics';
import type { TenantSettings } from '../src/tenant';

/** A part of a month's cost, in US dollars. */
export interface CostLine {
  readonly part: string;
  /** What it is counted from. */
  readonly basis: string;
  /** In a month as assumed. */
  readonly usd: number;
  /** When all that scales runs at its limit, the whole month. */
  readonly usdAtMost: number;
}

export interface CostEstimate {
  readonly lines: readonly CostLine[];
  readonly usd: number;
  readonly usdAtMost: number;
}

/** Alarms of every pipeline: single ones, the scaling's included, and those that combine others. */
const ALARMS = 25;
const COMBINED_ALARMS = 1;
/** Alarms of the cache: some for each ten nodes, and some for all. */
const CACHE_ALARMS_PER_TEN_NODES = 4;
const CACHE_ALARMS = 2;

/** Interface endpoints of the network, in each of three zones; NAT gateways, one a zone. */
const ENDPOINTS = 5;
const ZONES = 3;
const WAF_RULES = 4;
const GIGABYTE = 1e9;
const SECONDS_PER_DAY = 86_400;
const AURORA_IO_BYTES = 4_096;

/** Alarms that a pipeline has. A test compares with the stack. */
export function alarmCounts({ secrets, capacity }: TenantSettings): {
  readonly single: number;
  readonly combined: number;
} {
  const ofTheRotation = secrets.rotation === 'managedElsewhere' ? 0 : 1;
  const nodes = 2 * capacity.cacheNodeGroups;
  const ofTheCache =
    secrets.cacheAuthTokenArn === undefined ? 0 : CACHE_ALARMS + CACHE_ALARMS_PER_TEN_NODES * Math.ceil(nodes / 10);
  return { single: ALARMS + ofTheRotation + ofTheCache, combined: COMBINED_ALARMS };
}

interface Load {
  readonly peak: number;
  readonly mean: number;
  readonly eventsPerMonth: number;
  readonly rowsPerDay: number;
  readonly streamGigabytes: number;
}

/** Estimates the month of a vitals pipeline from its settings and {@link ASSUMPTIONS}, at list prices. */
export function estimateMonth(settings: TenantSettings): CostEstimate {
  const { peakEventsPerSecond: peak } = settings.capacity;
  if (peak === undefined) {
    throw new Error('capacity.peakEventsPerSecond is missing: nothing can be counted without it.');
  }
  const mean = peak * ASSUMPTIONS.meanPartOfPeak;
  const eventsPerMonth = mean * ASSUMPTIONS.hoursPerMonth * 3_600;
  const load: Load = {
    peak,
    mean,
    eventsPerMonth,
    rowsPerDay: mean * SECONDS_PER_DAY * ASSUMPTIONS.measurementsPerEvent,
    streamGigabytes: (eventsPerMonth * PLANNED_EVENT_BYTES) / GIGABYTE,
  };
  const factor = REGION_FACTORS[settings.aws.region];
  const lines = [
    streamLine(settings, load),
    processorLine(settings, load),
    databaseLine(settings, load),
    storageLine(settings, load),
    ...cacheLines(settings, load),
    networkLine(settings, load),
    apiLine(),
    watchLine(settings),
    logLine(settings),
    keyLine(settings),
  ].map((line) => ({ ...line, usd: line.usd * factor, usdAtMost: line.usdAtMost * factor }));
  return {
    lines,
    usd: lines.reduce((sum, { usd }) => sum + usd, 0),
    usdAtMost: lines.reduce((sum, { usdAtMost }) => sum + usdAtMost, 0),
  };
}

/** Shards that a provisioned stream has. */
function shardsOf({ capacity }: TenantSettings, { peak }: Load): number {
  return capacity.shards ?? shardCount(peak);
}

function streamLine(settings: TenantSettings, load: Load): CostLine {
  const { hoursPerMonth } = ASSUMPTIONS;
  const part = 'Stream';
  const peakRatio = load.peak / load.mean;
  if (settings.capacity.streamMode === 'onDemand') {
    const perGigabyte = PRICES.kinesisOnDemandIn.usd + PRICES.kinesisOnDemandOut.usd;
    // A week's data lies in the stream at any time; the first day is included.
    const kept = (load.streamGigabytes * 6 * 24) / hoursPerMonth;
    const variable = load.streamGigabytes * perGigabyte + kept * PRICES.kinesisOnDemandWeek.usd;
    const fixed = hoursPerMonth * PRICES.kinesisOnDemandHour.usd;
    const basis = `on demand, ${round(load.streamGigabytes)} GB`;
    return { part, basis, usd: fixed + variable, usdAtMost: fixed + variable * peakRatio };
  }
  const shards = shardsOf(settings, load);
  const fixed = shards * hoursPerMonth * (PRICES.kinesisShardHour.usd + PRICES.kinesisWeekHour.usd);
  const puts = (load.eventsPerMonth / 1e6) * PRICES.kinesisPutMillion.usd;
  const basis = `${shards} shards, ${round(load.eventsPerMonth / 1e6)} million records`;
  return { part, basis, usd: fixed + puts, usdAtMost: fixed + puts * peakRatio };
}

function processorLine(settings: TenantSettings, load: Load): CostLine {
  const cores = TASK_CPU_UNITS / 1_024;
  const gigabytes = TASK_MEMORY_MIB / 1_024;
  const task =
    ASSUMPTIONS.hoursPerMonth * (cores * PRICES.fargateCoreHour.usd + gigabytes * PRICES.fargateGigabyteHour.usd);
  const most = Math.max(PROCESSOR_TASKS_MIN, shardsOf(settings, load));
  return {
    part: 'Processors',
    basis: `${PROCESSOR_TASKS_MIN} tasks, up to ${most}`,
    usd: PROCESSOR_TASKS_MIN * task,
    usdAtMost: most * task,
  };
}

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
  const perDay = (load.rowsPerDay * ASSUMPTIONS.bytesPerRow) / GIGABYTE;
  const stored = perDay * compliance.observationRetentionDays;
  // As much backup as the database is large is included; what changes in the days that backups are kept comes on top.
  const backup = perDay * Math.min(compliance.backupRetentionDays, compliance.observationRetentionDays);
  const requests = (load.rowsPerDay * 30.4 * ASSUMPTIONS.logBytesPerRow) / AURORA_IO_BYTES / 1e6;
  const usd =
    stored * PRICES.auroraStorage.usd + backup * PRICES.auroraBackup.usd + requests * PRICES.auroraMillionIo.usd;
  return {
    part: "Database's storage",
    basis: `${round(stored)} GB after ${compliance.observationRetentionDays} days, ${round(backup)} GB of backup, ${round(requests)} million writes`,
    usd,
    usdAtMost: usd * (load.peak / load.mean),
  };
}

function cacheLines({ secrets, capacity }: TenantSettings, load: Load): CostLine[] {
  if (secrets.cacheAuthTokenArn === undefined) return [];
  const nodeType = cacheNodeType(load.peak);
  const hour = nodeType === 'cache.t4g.medium' ? PRICES.cacheT4gMediumHour : PRICES.cacheM7gLargeHour;
  const nodes = 2 * capacity.cacheNodeGroups;
  const usd = nodes * ASSUMPTIONS.hoursPerMonth * hour.usd;
  return [{ part: 'Cache', basis: `${nodes} nodes, ${nodeType}`, usd, usdAtMost: usd }];
}

function networkLine({ aws }: TenantSettings, load: Load): CostLine {
  const { hoursPerMonth } = ASSUMPTIONS;
  const nat = aws.egress === 'nat' ? ZONES * hoursPerMonth * PRICES.natHour.usd : 0;
  const fixed = ENDPOINTS * ZONES * hoursPerMonth * PRICES.endpointHour.usd + nat;
  const traffic = load.streamGigabytes * PRICES.endpointGigabyte.usd;
  return {
    part: 'Network',
    basis: `${ENDPOINTS} endpoints in ${ZONES} zones${nat === 0 ? '' : `, ${ZONES} NAT gateways`}`,
    usd: fixed + traffic,
    usdAtMost: fixed + (traffic * load.peak) / load.mean,
  };
}

function apiLine(): CostLine {
  const millions = (ASSUMPTIONS.queriesPerSecond * ASSUMPTIONS.hoursPerMonth * 3_600) / 1e6;
  const perMillion =
    PRICES.apiMillion.usd +
    PRICES.lambdaMillion.usd +
    PRICES.wafMillion.usd +
    1e6 * ASSUMPTIONS.secondsPerQuery * PRICES.lambdaGigabyteSecond.usd;
  const usd = PRICES.wafAcl.usd + WAF_RULES * PRICES.wafRule.usd + millions * perMillion;
  return { part: 'API and firewall', basis: `${round(millions)} million queries`, usd, usdAtMost: usd };
}

function watchLine(settings: TenantSettings): CostLine {
  const { single, combined } = alarmCounts(settings);
  const usd =
    single * PRICES.alarm.usd +
    combined * PRICES.compositeAlarm.usd +
    METRIC_NAMES.length * PRICES.customMetric.usd +
    PRICES.dashboard.usd;
  return {
    part: 'Alarms and dashboard',
    basis: `${single + combined} alarms, ${METRIC_NAMES.length} metrics of our own`,
    usd,
    usdAtMost: usd,
  };
}

function logLine({ compliance }: TenantSettings): CostLine {
  const written = ASSUMPTIONS.logGigabytesPerDay * 30.4;
  const { auditPartOfLogs, logCompression, logGigabytesPerDay } = ASSUMPTIONS;
  const auditDays = auditRetentionDays(compliance);
  const days = auditPartOfLogs * auditDays + (1 - auditPartOfLogs) * compliance.logRetentionDays;
  const kept = logGigabytesPerDay * days * logCompression;
  const usd = written * PRICES.logGigabyte.usd + kept * PRICES.logStorage.usd;
  return {
    part: 'Logs',
    basis: `${round(written)} GB written; ${round(kept)} GB kept, once ${auditDays} days have passed`,
    usd,
    usdAtMost: usd,
  };
}

function keyLine({ aws, secrets }: TenantSettings): CostLine {
  const keys = aws.trail === 'stack' ? 3 : 2;
  const secretCount = secrets.cacheAuthTokenArn === undefined ? 1 : 2;
  const usd = keys * PRICES.kmsKey.usd + secretCount * PRICES.secret.usd;
  return {
    part: 'Keys and secrets',
    basis: `${count(keys, 'key')}, ${count(secretCount, 'secret')}`,
    usd,
    usdAtMost: usd,
  };
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : `${Math.round(value * 10) / 10}`;
}
