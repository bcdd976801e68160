import { Duration } from 'aws-cdk-lib';
import { GraphWidget, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../runtime/metrics/metrics';
import { pipelineMetric } from '../pipeline-metrics';

export const MINUTE = Duration.minutes(1);

/** The metrics of one environment that its programs write. */
export function ownMetrics(
  suffix: string,
): (name: MetricName, statistic?: string) => ReturnType<typeof pipelineMetric> {
  return (name, statistic = Stats.SUM) => pipelineMetric(suffix, name, statistic);
}

export function sumByTheMinute() {
  return { statistic: Stats.SUM, period: MINUTE };
}

export function label<Labelled extends { with(props: { label: string }): IMetric }>(
  metric: Labelled,
  text: string,
): IMetric {
  return metric.with({ label: text });
}

export function heading(text: string): TextWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

export function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left, right, width: 8, height: 6 });
}
