import { change } from './change';
import type { Change } from './change';
import { estimateMonth } from './estimate';
import { costOfWorkload } from './workload-cost';
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

/** What each setting does to a tenant's month, one changed at a time. */
export function variationsOf(settings: TenantSettings): Variation[] {
  const before = estimateMonth(settings);
  const { pipeline, changes: ofTheWorkload } = costOfWorkload(settings.workload);
  const changes = [...pipeline.loadChanges, ...OF_THE_STREAM, ...ofTheWorkload, ...OF_ALL];
  return changes
    .map((make) => make(settings))
    .map(({ setting, from, to, changed }) => {
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

const OF_THE_STREAM: readonly Change[] = [
  change('capacity', 'streamMode', ({ streamMode }) => (streamMode === 'onDemand' ? 'provisioned' : 'onDemand')),
  change('capacity', 'shards', () => 8, 'by the peak'),
];

const OF_ALL: readonly Change[] = [
  change('compliance', 'backupRetentionDays', () => 7),
  change('compliance', 'logRetentionDays', () => 365 as const),
  change('aws', 'egress', ({ egress }) => (egress === 'nat' ? 'endpoints' : 'nat')),
  change('aws', 'trail', ({ trail }) => (trail === 'stack' ? 'organization' : 'stack')),
];
