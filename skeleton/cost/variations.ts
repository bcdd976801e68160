import { estimateMonth } from './estimate';
import { parseTenantSettings } from '../src/tenant';
import type { TenantSettings } from '../src/tenant';

/** One setting, changed, and by how many dollars that changes the month. */
export interface Variation {
  readonly setting: string;
  readonly from: string;
  readonly to: string;
  readonly usdDifference: number;
  readonly usdAtMostDifference: number;
}

type Change = (settings: TenantSettings) => {
  readonly setting: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly changed: TenantSettings;
};

/** What each setting does to a tenant's month, one changed at a time. */
export function variationsOf(settings: TenantSettings): Variation[] {
  const before = estimateMonth(settings);
  return CHANGES.map((change) => change(settings)).map(({ setting, from, to, changed }) => {
    // As a person would write them: a change that the settings do not allow must not be shown.
    const after = estimateMonth(parseTenantSettings(changed));
    return {
      setting,
      from: String(from),
      to: String(to),
      usdDifference: after.usd - before.usd,
      usdAtMostDifference: after.usdAtMost - before.usdAtMost,
    };
  });
}

const CHANGES: readonly Change[] = [
  capacity('peakEventsPerSecond', ({ peakEventsPerSecond = 0 }) => 2 * peakEventsPerSecond),
  capacity('streamMode', ({ streamMode }) => (streamMode === 'onDemand' ? 'provisioned' : 'onDemand')),
  capacity('shards', () => 8, 'by the peak'),
  capacity('databaseReadersMin', ({ databaseReadersMin }) => databaseReadersMin + 1),
  capacity('databaseReadersMax', ({ databaseReadersMax }) => databaseReadersMax + 2),
  (settings) => {
    const { cacheAuthTokenArn, cacheAuthTokenKeyArn: _, ...secrets } = settings.secrets;
    const token = `${settings.secrets.databaseArn.slice(0, -7)}-cache-Z9y8X7`;
    const has = cacheAuthTokenArn !== undefined;
    return {
      setting: 'secrets.cacheAuthTokenArn',
      from: has ? 'a secret: with a cache' : 'none: no cache',
      to: has ? 'none: no cache' : 'a secret: with a cache',
      changed: { ...settings, secrets: has ? secrets : { ...secrets, cacheAuthTokenArn: token } },
    };
  },
  capacity('cacheNodeGroups', ({ cacheNodeGroups }) => cacheNodeGroups + 1),
  compliance('observationRetentionDays', ({ observationRetentionDays }) => 2 * observationRetentionDays),
  compliance('backupRetentionDays', () => 7),
  compliance('logRetentionDays', () => 365),
  aws('egress', ({ egress }) => (egress === 'nat' ? 'endpoints' : 'nat')),
  aws('trail', ({ trail }) => (trail === 'stack' ? 'organization' : 'stack')),
];

function capacity<Key extends keyof TenantSettings['capacity']>(
  key: Key,
  value: (group: TenantSettings['capacity']) => TenantSettings['capacity'][Key],
  absent = 'none',
): Change {
  return (settings) => ({
    setting: `capacity.${key}`,
    from: settings.capacity[key] ?? absent,
    to: value(settings.capacity),
    changed: { ...settings, capacity: { ...settings.capacity, [key]: value(settings.capacity) } },
  });
}

function compliance<Key extends keyof TenantSettings['compliance']>(
  key: Key,
  value: (group: TenantSettings['compliance']) => TenantSettings['compliance'][Key],
): Change {
  return (settings) => ({
    setting: `compliance.${key}`,
    from: settings.compliance[key],
    to: value(settings.compliance),
    changed: { ...settings, compliance: { ...settings.compliance, [key]: value(settings.compliance) } },
  });
}

function aws<Key extends keyof TenantSettings['aws']>(
  key: Key,
  value: (group: TenantSettings['aws']) => TenantSettings['aws'][Key],
): Change {
  return (settings) => ({
    setting: `aws.${key}`,
    from: settings.aws[key],
    to: value(settings.aws),
    changed: { ...settings, aws: { ...settings.aws, [key]: value(settings.aws) } },
  });
}
