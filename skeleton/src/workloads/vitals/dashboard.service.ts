import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { VitalsParts } from './alarms.service';
import { incomingRecords, iteratorAge } from './metrics.service';
import { pipelineMetric } from '../../foundation/pipeline-metrics';
import type { PipelineMetricName } from '../../foundation/pipeline-metrics';
import type { Foundation } from '../../foundation/pipeline-parts';

/** One page: what goes wrong, then the way of an event from the stream to the API. */
export function vitalsDashboard({ scope, names, alarms }: Foundation, parts: VitalsParts): Dashboard {
  const { ingest, database, processor, api } = parts;
  const own = (name: PipelineMetricName, statistic = Stats.SUM) => pipelineMetric(names.suffix, name, statistic);
  const databaseMetric = (metricName: string, statistic = Stats.AVERAGE) =>
    database.cluster.metric(metricName, { statistic, period: Duration.minutes(1) });
  const stage = api.gateway.api.deploymentStage;

  return new Dashboard(scope, 'Dashboard', {
    dashboardName: names.of('pipeline'),
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new TextWidget({
          markdown: '# Vital signs\nEach alarm has its section in `docs/runbook.md`.',
          width: 6,
          height: 4,
        }),
        new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.notifying, width: 18, height: 4 }),
      ],
      [
        graph('Records in and events stored', [
          incomingRecords(ingest.stream),
          own('EventsStoredCount'),
          own('EventsDuplicateCount'),
        ]),
        graph('Iterator age (ms)', [iteratorAge(ingest.stream), own('IteratorAgeMs', Stats.MAXIMUM)]),
        graph('Quarantine', [own('EventsQuarantinedCount')]),
      ],
      [
        graph('Commit latency (ms)', [own('CommitLatencyMs', Stats.p(50)), own('CommitLatencyMs', Stats.p(99))]),
        graph('Leases', [own('LeasesHeldCount', Stats.SUM), own('LeaseLostCount')]),
        graph('Processors (%)', [
          processor.service.metricCpuUtilization({ period: Duration.minutes(1) }),
          processor.service.metricMemoryUtilization({ period: Duration.minutes(1) }),
        ]),
      ],
      [
        graph('Database load', [databaseMetric('CPUUtilization'), databaseMetric('ACUUtilization')]),
        graph('Database connections', [databaseMetric('DatabaseConnections', Stats.MAXIMUM)]),
        graph('Database storage (bytes)', [databaseMetric('VolumeBytesUsed', Stats.MAXIMUM)]),
      ],
      [
        graph('API requests', [stage.metricCount(), stage.metricClientError(), stage.metricServerError()]),
        graph('API latency (ms)', [
          stage.metricLatency({ statistic: Stats.p(50) }),
          stage.metricLatency({ statistic: Stats.p(99) }),
        ]),
        graph('API errors and refusals', [own('ApiErrorCount'), api.handler.function.metricThrottles()]),
      ],
    ],
  });
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}
