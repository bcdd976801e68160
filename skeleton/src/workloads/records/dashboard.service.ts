import { Duration, Stack } from 'aws-cdk-lib';
import { LogQueryVisualizationType, LogQueryWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Dashboard, GraphWidget, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { RecordsParts } from './alarms.service';
import { pipelineDashboard } from '../../foundation/dashboard/pipeline-dashboard';
import { graph, heading, label, ownMetrics, MINUTE } from '../../foundation/dashboard/widgets';
import type { DashboardWords } from '../../foundation/dashboard/words';
import type { InstanceDatabase } from '../../foundation/instance-database';
import type { Foundation } from '../../foundation/pipeline-parts';

const WORDS: DashboardWords = {
  things: 'records',
  Things: 'Records',
  senders: 'hospital’s systems',
  header: `# Patient records
**Is everything well?** The box on the right is green then. A red alarm has a section of its own name in \`docs/runbook.md\`: what it
means, where to look, what to do.

**Are records late or lost?** *Late* shows below as waiting time. *Lost* cannot be while the stream keeps them: seven days, whatever else is down.`,
};

/** The page of the workload: the common rows, what the instance tells of itself, and how sound the records are that come in. */
export function recordsDashboard(foundation: Foundation, parts: RecordsParts): Dashboard {
  return pipelineDashboard(foundation, {
    parts,
    words: WORDS,
    database: databaseGraphs(parts.database),
    rows: soundnessRows(foundation, parts),
  });
}

function soundnessRows({ names, scope }: Foundation, { processor }: RecordsParts): IWidget[][] {
  const own = ownMetrics(names.suffix);
  return [
    [heading('Records as they come: what is wrong with them, and what they refer to')],
    [
      new LogQueryWidget({
        title: 'Quarantine by reason: docs/runbook.md says what to do for each',
        logGroupNames: [processor.logGroup.logGroupName],
        region: Stack.of(scope).region,
        view: LogQueryVisualizationType.TABLE,
        queryLines: [
          'filter event = "event.quarantined"',
          'stats sum(quarantinedCount) as events, max(@timestamp) as last by reasonCode',
          'sort events desc',
        ],
        width: 16,
        height: 6,
      }),
      graph('References to what never came, of the last day (counted hourly)', [
        label(own('ReferencesUnresolvedCount', Stats.MAXIMUM).with({ period: Duration.hours(1) }), 'references'),
      ]),
    ],
  ];
}

function databaseGraphs({ instance, connectionsMax }: InstanceDatabase): GraphWidget[] {
  const metric = (metricName: string, statistic = Stats.AVERAGE) =>
    instance.metric(metricName, { statistic, period: MINUTE });
  return [
    graph(
      'Database: how busy (%), and how long writes take (s)',
      [label(metric('CPUUtilization'), 'processor time')],
      [label(metric('WriteLatency'), 'seconds a write')],
    ),
    graph('Database: connections', [
      label(metric('DatabaseConnections', Stats.MAXIMUM), `connections, of ${connectionsMax} that it takes`),
    ]),
    graph(
      'Database: room left (bytes)',
      [label(metric('FreeStorageSpace', Stats.MINIMUM), 'storage; it grows by itself')],
      [label(metric('FreeableMemory', Stats.MINIMUM), 'memory')],
    ),
  ];
}
