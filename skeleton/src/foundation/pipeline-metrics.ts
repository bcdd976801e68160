import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../runtime/metrics/metrics';

/** Namespace of the metrics that processors and API write into their logs, in CloudWatch's embedded format. */
export const METRIC_NAMESPACE = 'HipaaPipeline';

/** A metric of one environment, by the minute. Default statistic: the sum. */
export function pipelineMetric(environmentSuffix: string, metricName: MetricName, statistic = Stats.SUM): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { Environment: environmentSuffix },
    statistic,
    period: Duration.minutes(1),
  });
}
