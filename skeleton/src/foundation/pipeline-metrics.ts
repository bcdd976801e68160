import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/** Namespace of the metrics that processors and API write into their logs, in CloudWatch's embedded format. */
export const METRIC_NAMESPACE = 'HipaaPipeline';

/** Metrics of the application itself. Unit and meaning are in the name. */
export type PipelineMetricName =
  | 'EventsReceivedCount'
  | 'EventsStoredCount'
  | 'EventsDuplicateCount'
  | 'EventsQuarantinedCount'
  | 'CommitLatencyMs'
  | 'IteratorAgeMs'
  | 'LeasesHeldCount'
  | 'LeaseLostCount'
  | 'ApiErrorCount';

/** A metric of one environment, by the minute. Default statistic: the sum. */
export function pipelineMetric(
  environmentSuffix: string,
  metricName: PipelineMetricName,
  statistic = Stats.SUM,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { Environment: environmentSuffix },
    statistic,
    period: Duration.minutes(1),
  });
}
