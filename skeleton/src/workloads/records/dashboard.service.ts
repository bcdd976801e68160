import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Dashboard, GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { RecordsParts } from './alarms.service';
import { pipelineDashboard } from '../../foundation/dashboard/pipeline-dashboard';
import { graph, label, MINUTE } from '../../foundation/dashboard/widgets';
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

/** The page of the workload: the common rows, and what the instance tells of itself. */
export function recordsDashboard(foundation: Foundation, parts: RecordsParts): Dashboard {
  return pipelineDashboard(foundation, { parts, words: WORDS, database: databaseGraphs(parts.database) });
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
