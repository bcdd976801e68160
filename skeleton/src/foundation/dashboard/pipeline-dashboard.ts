import type { Dashboard, GraphWidget, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { capacityRows } from './capacity-rows';
import { dashboardPage } from './dashboard-page';
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
  const { parts, words } = props;
  return dashboardPage(foundation, words.header, [
    ...flowRows(foundation, parts, words),
    ...queryRows(foundation, parts, words),
    ...capacityRows(parts, props.database),
    ...(props.rows ?? []),
  ]);
}
