import { Duration, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { pipelineMetric } from '../pipeline-metrics';
import type { Foundation } from '../pipeline-parts';

/** Blocked requests in five minutes that are more than the noise of the internet. */
const BLOCKED_ALARM = 500;

const PER_FIVE_MINUTES = { statistic: Stats.SUM, period: Duration.minutes(5) };

/** A gateway, of whatever kind, answers. */
export function gatewayErrorsAlarm({ alarms }: Foundation, stage: Stage): void {
  alarms.add({
    name: 'api-errors',
    meaning: 'The API answers with server errors',
    metric: stage.metricServerError(PER_FIVE_MINUTES),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}

/** Nothing is shown that is not on record. */
export function accessAuditAlarm({ alarms, names }: Foundation): void {
  alarms.add({
    name: 'api-audit',
    meaning: 'The application failed on requests; where the audit record could not be written, no data was answered',
    metric: pipelineMetric(names.suffix, 'ApiErrorCount').with({ period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}

/** The firewall stops no more than the noise of the internet. */
export function blockedAlarm({ scope, alarms, names }: Foundation): void {
  alarms.add({
    name: 'api-blocked',
    meaning: 'The firewall blocks many requests: an attack, or a system of the hospital that sends more than it may',
    metric: new Metric({
      namespace: 'AWS/WAFV2',
      metricName: 'BlockedRequests',
      dimensionsMap: { WebACL: names.of('api'), Region: Stack.of(scope).region, Rule: 'ALL' },
      ...PER_FIVE_MINUTES,
    }),
    threshold: BLOCKED_ALARM,
  });
}
