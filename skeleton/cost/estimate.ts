import { ASSUMPTIONS } from './assumptions';
import { count, GIGABYTE, round, shardsOf } from './cost-line';
import type { CostEstimate, CostLine, Load } from './cost-line';
import { PRICES, REGION_FACTORS } from './prices';
import { costOfWorkload } from './workload-cost';
import { auditRetentionDays } from '../src/foundation/audit-retention';
import { METRIC_NAMES } from '../src/runtime/metrics/metrics';
import { PLANNED_EVENT_BYTES, type TenantSettings } from '../src/tenant';

/** Zones of the network: each has its interface of an endpoint, and its NAT gateway. */
const ZONES = 3;

/** Alarms that a pipeline has. A test compares with the stack. */
export function alarmCounts(settings: TenantSettings): { readonly single: number; readonly combined: number } {
  const ofTheRotation = settings.secrets.rotation === 'managedElsewhere' ? 0 : 1;
  const { pipeline, ownAlarms } = costOfWorkload(settings.workload);
  const { single, combined } = pipeline.alarms;
  return { single: single + ofTheRotation + ownAlarms(settings), combined };
}

/** Estimates the month of a pipeline from its settings and what is assumed, at list prices. */
export function estimateMonth(settings: TenantSettings): CostEstimate {
  const workload = costOfWorkload(settings.workload);
  const { pipeline } = workload;
  const peak = pipeline.peakOf(settings);
  const mean = peak * workload.meanPartOfPeak;
  const eventsPerMonth = mean * ASSUMPTIONS.hoursPerMonth * 3_600;
  const streamGigabytes = (eventsPerMonth * PLANNED_EVENT_BYTES[settings.workload]) / GIGABYTE;
  const load: Load = { peak, mean, eventsPerMonth, streamGigabytes };
  const factor = REGION_FACTORS[settings.aws.region];
  const lines = [
    streamLine(settings, load),
    pipeline.programs(settings, load),
    ...workload.stores(settings, load),
    networkLine(settings, load, pipeline.endpoints),
    pipeline.requests(settings, load),
    watchLine(settings, METRIC_NAMES.length - workload.metricsUnused.length),
    logLine(settings),
    keyLine(settings, pipeline.ownKeys),
  ].map((line) => ({ ...line, usd: line.usd * factor, usdAtMost: line.usdAtMost * factor }));
  return {
    lines,
    usd: lines.reduce((sum, { usd }) => sum + usd, 0),
    usdAtMost: lines.reduce((sum, { usdAtMost }) => sum + usdAtMost, 0),
  };
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

function networkLine({ aws }: TenantSettings, load: Load, endpoints: number): CostLine {
  const { hoursPerMonth } = ASSUMPTIONS;
  const nat = aws.egress === 'nat' ? ZONES * hoursPerMonth * PRICES.natHour.usd : 0;
  const fixed = endpoints * ZONES * hoursPerMonth * PRICES.endpointHour.usd + nat;
  const traffic = load.streamGigabytes * PRICES.endpointGigabyte.usd;
  return {
    part: 'Network',
    basis: `${endpoints} endpoints in ${ZONES} zones${nat === 0 ? '' : `, ${ZONES} NAT gateways`}`,
    usd: fixed + traffic,
    usdAtMost: fixed + (traffic * load.peak) / load.mean,
  };
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

function keyLine({ aws, secrets }: TenantSettings, ownKeys: number): CostLine {
  const keys = ownKeys + (aws.trail === 'stack' ? 3 : 2);
  const secretCount = secrets.cacheAuthTokenArn === undefined ? 1 : 2;
  const usd = keys * PRICES.kmsKey.usd + secretCount * PRICES.secret.usd;
  return {
    part: 'Keys and secrets',
    basis: `${count(keys, 'key')}, ${count(secretCount, 'secret')}`,
    usd,
    usdAtMost: usd,
  };
}
