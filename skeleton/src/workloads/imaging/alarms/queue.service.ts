import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { pipelineMetric } from '../../../foundation/pipeline-metrics';
import type { Foundation } from '../../../foundation/pipeline-parts';
import type { QueueStore } from '../../../foundation/queue-store';
import type { RedisMetricName } from '../../../foundation/redis-store';
import { worstOf } from '../../../foundation/worst-of';

/** What is looked at in each node, the worse of them counting. */
const NODE_ALARMS = [
  {
    name: 'queue-memory',
    metricName: 'DatabaseMemoryUsagePercentage',
    statistic: Stats.MAXIMUM,
    meaning:
      'The memory of the queue is nearly full, after which it takes no more jobs; scans wait in the database then',
    threshold: 70,
  },
  {
    name: 'queue-cpu',
    metricName: 'EngineCPUUtilization',
    statistic: Stats.AVERAGE,
    meaning: 'The queue has been busy for a quarter of an hour, so workers wait for their jobs',
    threshold: 80,
  },
  {
    name: 'queue-replication',
    metricName: 'ReplicationLag',
    statistic: Stats.MAXIMUM,
    meaning: 'The replica of the queue is seconds behind, so a failover would lose jobs, which are then queued again',
    threshold: Duration.seconds(5).toSeconds(),
  },
] as const satisfies ReadonlyArray<{ metricName: RedisMetricName; [key: string]: unknown }>;

/** Losing the queue costs time and nothing else: these tell when it does. */
export function queueAlarms({ alarms, names }: Foundation, queue: QueueStore): void {
  for (const { metricName, statistic, ...rest } of NODE_ALARMS) {
    alarms.add({
      ...rest,
      evaluationPeriods: 3,
      metric: worstOf(queue.nodeIds.map((nodeId) => queue.metric(metricName, nodeId, statistic))),
    });
  }
  alarms.add({
    name: 'queue-errors',
    meaning: 'The queue cannot be used: what is received waits in the database and is queued when it is back',
    metric: pipelineMetric(names.suffix, 'QueueErrorCount').with({ period: Duration.minutes(5) }),
    threshold: 10,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}
