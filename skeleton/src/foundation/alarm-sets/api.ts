import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { accessAuditAlarm, blockedAlarm, gatewayErrorsAlarm } from './gateway';
import type { FhirService } from '../fhir-service';
import type { Foundation } from '../pipeline-parts';

/** The API answers, soon, and shows nothing that is not on record. */
export function apiAlarms(foundation: Foundation, { gateway, handler }: FhirService): void {
  const { alarms } = foundation;
  const stage = gateway.api.deploymentStage;
  gatewayErrorsAlarm(foundation, stage);
  alarms.add({
    name: 'api-latency',
    meaning: 'One request in a hundred takes more than three seconds to be answered',
    metric: stage.metricLatency({ statistic: Stats.p(99), period: Duration.minutes(5) }),
    threshold: Duration.seconds(3).toMilliseconds(),
    evaluationPeriods: 3,
  });
  accessAuditAlarm(foundation);
  alarms.add({
    name: 'api-throttled',
    meaning: 'The API refuses requests, since as many are being served as may be',
    metric: handler.function.metricThrottles({ statistic: Stats.SUM, period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  blockedAlarm(foundation);
}
