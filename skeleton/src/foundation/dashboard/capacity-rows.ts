import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { GraphWidget, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { graph, heading, label, MINUTE } from './widgets';
import { SHARD_RECORDS_PER_SECOND } from '../../tenant';
import { incomingRecords, runningTasks } from '../stream-metrics';
import type { StreamPipeline } from '../stream-pipeline';

/**
 * How much room there is before something must grow.
 *
 * @param database what the kind of database tells of itself.
 */
export function capacityRows(
  { ingest, processor }: Pick<StreamPipeline, 'ingest' | 'processor'>,
  database: GraphWidget[],
): IWidget[][] {
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
    database,
  ];
}
