import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { GraphWidget, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { capacityRows } from './capacity-rows';
import { flowRows } from './flow-rows';
import { queryRows } from './query-rows';
import type { DashboardWords } from './words';
import type { Foundation } from '../pipeline-parts';
import type { StreamPipeline } from '../stream-pipeline';

export interface PipelineDashboardProps {
  readonly parts: StreamPipeline;
  readonly words: DashboardWords;
  /** What the kind of database tells of itself. */
  readonly database: GraphWidget[];
  /** What the workload has besides. Default: nothing. */
  readonly rows?: IWidget[][];
}

/** One page, read from the top: is all well, are things arriving and stored, how fast, who asks, and how much room there is. */
export function pipelineDashboard(foundation: Foundation, props: PipelineDashboardProps): Dashboard {
  const { scope, names, alarms } = foundation;
  const { parts, words } = props;
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: names.of('pipeline'),
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new TextWidget({ markdown: words.header, width: 9, height: 6 }),
        new AlarmStatusWidget({ title: 'Alarms: green is well', alarms: alarms.notifying, width: 15, height: 6 }),
      ],
      ...flowRows(foundation, parts, words),
      ...queryRows(foundation, parts, words),
      ...capacityRows(parts, props.database),
      ...(props.rows ?? []),
    ],
  });
}
