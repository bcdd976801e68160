import { ASSUMPTIONS } from './assumptions';
import { count, GIGABYTE, round } from './cost-line';
import type { CostEstimate, CostLine, Load } from './cost-line';
import { PRICES, REGION_FACTORS } from './prices';
import { costOfWorkload } from './workload-cost';
import { auditRetentionDays } from '../src/foundation/audit-retention';
import { TASK_CPU_UNITS, TASK_MEMORY_MIB } from '../src/foundation/container-task';
import { PROCESSOR_TASKS_MIN } from '../src/foundation/processor-service';
import { shardCount } from '../src/foundation/stream';
import { METRIC_NAMES } from '../src/runtime/metrics/metrics';
import { PLANNED_EVENT_BYTES, type TenantSettings } from '../src/tenant';

/** Alarms of every pipeline: single ones, the scaling's included, and those that combine others. */
const ALARMS = 19;
const COMBINED_ALARMS = 1;

/** Interface endpoints of the network, in each of three zones; NAT gateways, one a zone. */
const ENDPOINTS = 5;
const ZONES = 3;
const WAF_RULES = 4;

/** Alarms that a pipeline has. A test compares with the stack. */
export function alarmCounts(settings: TenantSettings): { readonly single: number; readonly combined: number } {
  const ofTheRotation = settings.secrets.rotation === 'managedElsewhere' ? 0 : 1;
  const ofTheWorkload = costOfWorkload(settings.workload).ownAlarms(settings);
  return { single: ALARMS + ofTheRotation + ofTheWorkload, combined: COMBINED_ALARMS };
}

/** Estimates the month of a pipeline from its settings and what is assumed, at list prices. */
export function estimateMonth(settings: TenantSettings): CostEstimate {
  const { peakEventsPerSecond: peak } = settings.capacity;
  if (peak === undefined) {
    throw new Error('capacity.peakEventsPerSecond is missing: nothing can be counted without it.');
  }
  const workload = costOfWorkload(settings.workload);
  const mean = peak * workload.meanPartOfPeak;
  const eventsPerMonth = mean * ASSUMPTIONS.hoursPerMonth * 3_600;
  const streamGigabytes = (eventsPerMonth * PLANNED_EVENT_BYTES[settings.workload]) / GIGABYTE;
  const load: Load = { peak, mean, eventsPerMonth, streamGigabytes };
  const factor = REGION_FACTORS[settings.aws.region];
  const lines = [
    streamLine(settings, load),
    processorLine(settings, load),
    ...workload.stores(settings, load),
    networkLine(settings, load),
    apiLine(),
    watchLine(settings, METRIC_NAMES.length - workload.metricsUnused.length),
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
function shardsOf({ capacity, workload }: TenantSettings, { peak }: Load): number {
  return capacity.shards ?? shardCount(peak, PLANNED_EVENT_BYTES[workload]);
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

function watchLine(settings: TenantSettings, metrics: number): CostLine {
  const { single, combined } = alarmCounts(settings);
  const usd =
    single * PRICES.alarm.usd +
    combined * PRICES.compositeAlarm.usd +
    metrics * PRICES.customMetric.usd +
    PRICES.dashboard.usd;
  return {
    part: 'Alarms and dashboard',
    basis: `${single + combined} alarms, ${metrics} metrics of our own`,
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
