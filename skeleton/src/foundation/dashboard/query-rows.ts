import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { graph, heading, label, MINUTE, ownMetrics } from './widgets';
import type { DashboardWords } from './words';
import type { Foundation } from '../pipeline-parts';
import type { StreamPipeline } from '../stream-pipeline';

/** Out of the database, to whoever asks. */
export function queryRows(
  { names }: Foundation,
  { api }: Pick<StreamPipeline, 'api'>,
  { things }: DashboardWords,
): IWidget[][] {
  const own = ownMetrics(names.suffix);
  const stage = api.gateway.api.deploymentStage;
  return [
    [heading(`Questions: systems that ask for ${things}, and send them by the API`)],
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
