import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Dashboard, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { VitalsParts } from './alarms.service';
import type { Cache } from '../../foundation/cache';
import { auroraGraphs } from '../../foundation/dashboard/aurora-graphs';
import { pipelineDashboard } from '../../foundation/dashboard/pipeline-dashboard';
import { graph, heading, label, MINUTE, ownMetrics } from '../../foundation/dashboard/widgets';
import type { DashboardWords } from '../../foundation/dashboard/words';
import type { Foundation } from '../../foundation/pipeline-parts';
import { worstOf } from '../../foundation/worst-of';

const WORDS: DashboardWords = {
  things: 'readings',
  Things: 'Readings',
  senders: 'monitors',
  header: `# Vital signs
**Is everything well?** The box on the right is green then. A red alarm has a section of its own name in \`docs/runbook.md\`: what it
means, where to look, what to do.

**Are readings late or lost?** *Late* shows below as waiting time. *Lost* cannot be while the stream keeps them: seven days, whatever else is down.`,
};

/** The page of the workload: the common rows, what Aurora tells of itself, and the cache where there is one. */
export function vitalsDashboard(foundation: Foundation, parts: VitalsParts): Dashboard {
  return pipelineDashboard(foundation, {
    parts,
    words: WORDS,
    database: auroraGraphs(parts.database),
    rows: parts.cache === undefined ? [] : cacheRows(foundation, parts.cache),
  });
}

function cacheRows({ names }: Foundation, cache: Cache): IWidget[][] {
  const own = ownMetrics(names.suffix);
  const nodes = (metricName: Parameters<Cache['metric']>[0], statistic: string) =>
    cache.nodeIds.map((nodeId) => label(cache.metric(metricName, nodeId, statistic), nodeId));
  const hitRatio = new MathExpression({
    expression: '100 * hits / (hits + misses)',
    usingMetrics: { hits: own('CacheHitCount'), misses: own('CacheMissCount') },
    label: 'answered from the cache',
    period: MINUTE,
  });
  return [
    [heading('Cache of the latest readings: without it, answers come from the database, more slowly')],
    [
      graph('Latest readings answered from the cache (%)', [hitRatio]),
      graph('Cache: memory used (%)', nodes('DatabaseMemoryUsagePercentage', Stats.MAXIMUM)),
      graph(
        'Cache: errors a minute, and how far replicas are behind (s)',
        [label(own('CacheErrorCount'), 'errors'), label(own('FollowUpFailedCount'), 'updates that failed')],
        [worstOf(cache.nodeIds.map((nodeId) => cache.metric('ReplicationLag', nodeId, Stats.MAXIMUM)))],
      ),
    ],
  ];
}
