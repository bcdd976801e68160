import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Cache } from '../../../foundation/cache';
import { pipelineMetric } from '../../../foundation/pipeline-metrics';
import type { Foundation } from '../../../foundation/pipeline-parts';
import type { RedisMetricName } from '../../../foundation/redis-store';
import { worstOf } from '../../../foundation/worst-of';

/** Metrics that one alarm may combine (Amazon CloudWatch User Guide, "Create an alarm based on a metric math expression"). */
const METRICS_OF_AN_ALARM_MAX = 10;

const PERIOD = Duration.minutes(5);

/** What is looked at in each node, the worst of them counting. */
const NODE_ALARMS = [
  {
    name: 'cache-evictions',
    metricName: 'Evictions',
    statistic: Stats.SUM,
    meaning:
      'The cache drops readings before their time, since its memory is full; queries for them go to the database',
    threshold: 0,
    evaluationPeriods: 3,
  },
  {
    name: 'cache-memory',
    metricName: 'DatabaseMemoryUsagePercentage',
    statistic: Stats.MAXIMUM,
    meaning: "The memory of a cache's node is nearly full, after which readings are dropped before their time",
    threshold: 80,
    evaluationPeriods: 3,
  },
  {
    name: 'cache-cpu',
    metricName: 'EngineCPUUtilization',
    statistic: Stats.AVERAGE,
    meaning:
      'A node of the cache has been busy for a quarter of an hour, so it answers late and queries go to the database',
    threshold: 80,
    evaluationPeriods: 3,
  },
  {
    name: 'cache-replication',
    metricName: 'ReplicationLag',
    statistic: Stats.MAXIMUM,
    meaning:
      'A replica of the cache is seconds behind, so a failover would lose readings that the database then answers',
    threshold: Duration.seconds(5).toSeconds(),
    evaluationPeriods: 3,
  },
] as const satisfies ReadonlyArray<{ metricName: RedisMetricName; [key: string]: unknown }>;

/** Losing the cache costs latency and nothing else: these tell when it does. */
export function cacheAlarms({ alarms, names }: Foundation, cache: Cache): void {
  for (const { name, metricName, statistic, ...rest } of NODE_ALARMS) {
    chunks(cache.nodeIds, METRICS_OF_AN_ALARM_MAX).forEach((nodeIds, index) => {
      alarms.add({
        ...rest,
        name: index === 0 ? name : `${name}-${index + 1}`,
        section: name,
        metric: worstOf(nodeIds.map((nodeId) => cache.metric(metricName, nodeId, statistic))),
      });
    });
  }
  alarms.add({
    name: 'cache-errors',
    meaning: 'The cache cannot be used: queries are answered from the database, more slowly',
    metric: pipelineMetric(names.suffix, 'CacheErrorCount').with({ period: PERIOD }),
    threshold: 10,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'cache-follow-up',
    meaning: 'What was stored could not be told to the cache, so it may answer with readings up to a minute old',
    metric: pipelineMetric(names.suffix, 'FollowUpFailedCount').with({ period: PERIOD }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
