import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { graph, label, MINUTE } from './widgets';
import type { Database } from '../database';

/** What Aurora tells of itself: how busy, who waits, how full, how far behind. */
export function auroraGraphs({ cluster }: Database): GraphWidget[] {
  const metric = (metricName: string, statistic = Stats.AVERAGE) =>
    cluster.metric(metricName, { statistic, period: MINUTE });
  return [
    graph('Database: how busy (%)', [
      label(metric('CPUUtilization'), 'processor time'),
      label(metric('ACUUtilization', Stats.MAXIMUM), 'of the largest size it may grow to'),
    ]),
    graph('Database: connections, and blocked statements', [
      label(metric('DatabaseConnections', Stats.MAXIMUM), 'connections'),
      label(metric('Deadlocks', Stats.MAXIMUM), 'deadlocks a second'),
    ]),
    graph(
      'Database: storage (bytes), and how far the reader is behind (ms)',
      [label(metric('VolumeBytesUsed', Stats.MAXIMUM), 'bytes')],
      [label(metric('AuroraReplicaLagMaximum', Stats.MAXIMUM), 'ms behind')],
    ),
  ];
}
