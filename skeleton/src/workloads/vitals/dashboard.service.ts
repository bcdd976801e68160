import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  MathExpression,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { worstOf } from './alarms/cache.service';
import type { VitalsParts } from './alarms.service';
import { incomingRecords, iteratorAge, runningTasks } from './metrics.service';
import type { Cache } from '../../foundation/cache';
import { pipelineMetric } from '../../foundation/pipeline-metrics';
import type { Foundation } from '../../foundation/pipeline-parts';
import { SHARD_RECORDS_PER_SECOND } from '../../foundation/stream';
import type { MetricName } from '../../runtime/metrics/metrics';

const MINUTE = Duration.minutes(1);

const HEADER = `# Vital signs
**Is everything well?** The box on the right is green then. A red alarm has a section of its own name in \`docs/runbook.md\`: what it
means, where to look, what to do.

**Are readings late or lost?** *Late* shows below as waiting time. *Lost* cannot be while the stream keeps them: seven days, whatever else is down.`;

/** One page, read from the top: is all well, are readings arriving and stored, how fast, who asks, and how much room there is. */
export function vitalsDashboard(foundation: Foundation, parts: VitalsParts): Dashboard {
  const { scope, names, alarms } = foundation;
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: names.of('pipeline'),
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new TextWidget({ markdown: HEADER, width: 9, height: 6 }),
        new AlarmStatusWidget({ title: 'Alarms: green is well', alarms: alarms.notifying, width: 15, height: 6 }),
      ],
      ...flowRows(foundation, parts),
      ...queryRows(foundation, parts),
      ...capacityRows(parts),
      ...(parts.cache === undefined ? [] : cacheRows(foundation, parts.cache)),
    ],
  });
}

/** From the monitor into the database. */
function flowRows({ names }: Foundation, { ingest, api }: VitalsParts): IWidget[][] {
  const own = ownMetrics(names.suffix);
  return [
    [heading('Readings on their way: from the monitors into the database')],
    [
      graph('Events in and stored, a minute', [
        label(incomingRecords(ingest.stream), 'records that came in (one may hold several events)'),
        label(own('EventsStoredCount'), 'events stored'),
        label(own('EventsDuplicateCount'), 'sent twice, stored once'),
      ]),
      graph('Waiting time: how late readings are stored (ms)', [
        label(iteratorAge(ingest.stream), 'oldest record waiting, as the stream tells'),
        label(own('IteratorAgeMs', Stats.MAXIMUM), 'as the processors tell'),
      ]),
      graph('Quarantine: events that cannot be stored as they are, a minute', [
        label(own('EventsQuarantinedCount'), 'set aside, kept for replay'),
      ]),
    ],
    [
      graph('From arrival to stored (ms)', [
        label(own('CommitLatencyMs', Stats.p(50)), 'half of all events'),
        label(own('CommitLatencyMs', Stats.p(99)), '99 of 100 events'),
      ]),
      graph('Events sent through the API, a minute', [
        label(own('IngestAcceptedCount'), 'taken'),
        label(own('IngestRefusedCount'), 'refused as wrong'),
        label(own('IngestDelayedCount'), 'to be sent again'),
      ]),
      graph('What goes wrong on the way, a minute', [
        label(own('LeaseLostCount'), 'shards lost to another processor'),
        label(api.ingest.function.metricErrors({ period: MINUTE }), 'failed intakes'),
        label(
          ingest.stream.metric('WriteProvisionedThroughputExceeded', sumByTheMinute()),
          'writes refused by the stream',
        ),
      ]),
    ],
  ];
}

/** Out of the database, to whoever asks. */
function queryRows({ names }: Foundation, { api }: VitalsParts): IWidget[][] {
  const own = ownMetrics(names.suffix);
  const stage = api.gateway.api.deploymentStage;
  return [
    [heading('Questions: systems that ask for readings, and send them by the API')],
    [
      graph('Requests, a minute', [
        label(stage.metricCount({ period: MINUTE }), 'all'),
        label(stage.metricClientError({ period: MINUTE }), 'refused: the asker’s fault (4xx)'),
        label(stage.metricServerError({ period: MINUTE }), 'failed: ours (5xx)'),
      ]),
      graph('Time to answer (ms)', [
        label(stage.metricLatency({ statistic: Stats.p(50), period: MINUTE }), 'half of all requests'),
        label(stage.metricLatency({ statistic: Stats.p(99), period: MINUTE }), '99 of 100 requests'),
      ]),
      graph('Errors and refusals, a minute', [
        label(own('ApiErrorCount'), 'failures, missing audit records included'),
        label(api.handler.function.metricThrottles({ period: MINUTE }), 'questions refused: too many at once'),
        label(api.ingest.function.metricThrottles({ period: MINUTE }), 'intakes refused: too many at once'),
      ]),
    ],
  ];
}

/** How much room there is before something must grow. */
function capacityRows({ ingest, database, processor }: VitalsParts): IWidget[][] {
  const databaseMetric = (metricName: string, statistic = Stats.AVERAGE) =>
    database.cluster.metric(metricName, { statistic, period: MINUTE });
  const shardsUsed = new MathExpression({
    expression: `100 * records / (${ingest.shardCount} * ${SHARD_RECORDS_PER_SECOND * MINUTE.toSeconds()})`,
    usingMetrics: { records: incomingRecords(ingest.stream) },
    label: `of ${ingest.shardCount} shards, by records`,
    period: MINUTE,
  });
  return [
    [heading('Room: how much is used of what there is')],
    [
      graph('Stream: room used (%)', [shardsUsed]),
      graph('Processors running (two at least)', [label(runningTasks(processor), 'tasks')]),
      graph('Processors: how busy (%)', [
        label(processor.service.metricCpuUtilization({ period: MINUTE }), 'processor time'),
        label(processor.service.metricMemoryUtilization({ period: MINUTE }), 'memory'),
      ]),
    ],
    [
      graph('Database: how busy (%)', [
        label(databaseMetric('CPUUtilization'), 'processor time'),
        label(databaseMetric('ACUUtilization', Stats.MAXIMUM), 'of the largest size it may grow to'),
      ]),
      graph('Database: connections, and blocked statements', [
        label(databaseMetric('DatabaseConnections', Stats.MAXIMUM), 'connections'),
        label(databaseMetric('Deadlocks', Stats.MAXIMUM), 'deadlocks a second'),
      ]),
      graph(
        'Database: storage (bytes), and how far the reader is behind (ms)',
        [label(databaseMetric('VolumeBytesUsed', Stats.MAXIMUM), 'bytes')],
        [label(databaseMetric('AuroraReplicaLagMaximum', Stats.MAXIMUM), 'ms behind')],
      ),
    ],
  ];
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

function ownMetrics(suffix: string): (name: MetricName, statistic?: string) => ReturnType<typeof pipelineMetric> {
  return (name, statistic = Stats.SUM) => pipelineMetric(suffix, name, statistic);
}

function sumByTheMinute() {
  return { statistic: Stats.SUM, period: MINUTE };
}

function label<Labelled extends { with(props: { label: string }): IMetric }>(metric: Labelled, text: string): IMetric {
  return metric.with({ label: text });
}

function heading(text: string): TextWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left, right, width: 8, height: 6 });
}
