import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FhirService } from '../fhir-service';
import { pipelineMetric } from '../pipeline-metrics';
import type { Foundation } from '../pipeline-parts';

/** Blocked requests in five minutes that are more than the noise of the internet. */
const BLOCKED_ALARM = 500;

/** The API answers, soon, and shows nothing that is not on record. */
export function apiAlarms({ scope, alarms, names }: Foundation, { gateway, handler }: FhirService): void {
  const stage = gateway.api.deploymentStage;
  const perFiveMinutes = { statistic: Stats.SUM, period: Duration.minutes(5) };
  alarms.add({
    name: 'api-errors',
    meaning: 'The API answers with server errors',
    metric: stage.metricServerError(perFiveMinutes),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'api-latency',
    meaning: 'One request in a hundred takes more than three seconds to be answered',
    metric: stage.metricLatency({ statistic: Stats.p(99), period: Duration.minutes(5) }),
    threshold: Duration.seconds(3).toMilliseconds(),
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'api-audit',
    meaning: 'The application failed on requests; where the audit record could not be written, no data was answered',
    metric: pipelineMetric(names.suffix, 'ApiErrorCount').with({ period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'api-throttled',
    meaning: 'The API refuses requests, since as many are being served as may be',
    metric: handler.function.metricThrottles(perFiveMinutes),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'api-blocked',
    meaning: 'The firewall blocks many requests: an attack, or a system of the hospital that sends more than it may',
    metric: new Metric({
      namespace: 'AWS/WAFV2',
      metricName: 'BlockedRequests',
      dimensionsMap: { WebACL: names.of('api'), Region: Stack.of(scope).region, Rule: 'ALL' },
      ...perFiveMinutes,
    }),
    threshold: BLOCKED_ALARM,
  });
}
