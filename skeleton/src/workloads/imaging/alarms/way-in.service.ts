import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { accessAuditAlarm, blockedAlarm, gatewayErrorsAlarm } from '../../../foundation/alarm-sets/gateway';
import type { Foundation } from '../../../foundation/pipeline-parts';
import type { ImagingGateway } from '../gateway.service';

/** Time to have a certificate issued, to put it in, and to tell hospitals. Certificate Manager renews its own sixty days before. */
const CERTIFICATE_DAYS = 30;

const PERIOD = Duration.minutes(5);

/** Hospitals get in, are answered, and are shown nothing that is not on record. */
export function wayInAlarms(foundation: Foundation, gateway: ImagingGateway): void {
  const { alarms } = foundation;
  const { loadBalancer, queryTargets } = gateway;
  gatewayErrorsAlarm(foundation, gateway.api.api.deploymentStage);
  accessAuditAlarm(foundation);
  blockedAlarm(foundation);
  alarms.add({
    name: 'load-balancer-errors',
    meaning: 'The load balancer, or a program behind it, answers with server errors',
    metric: new MathExpression({
      expression: 'FILL(own, 0) + FILL(programs, 0)',
      usingMetrics: {
        own: loadBalancer.loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: PERIOD }),
        programs: loadBalancer.loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
          period: PERIOD,
        }),
      },
      label: 'answers of 500 or above',
      period: PERIOD,
    }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'query-latency',
    meaning: 'One query in a hundred takes more than three seconds before its answer begins',
    metric: queryTargets.metrics.targetResponseTime({ statistic: Stats.p(99), period: PERIOD }),
    threshold: Duration.seconds(3).toSeconds(),
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'certificate-expiry',
    meaning: `The certificate of the way in ends within ${CERTIFICATE_DAYS} days, after which no hospital can send or read`,
    metric: new Metric({
      namespace: 'AWS/CertificateManager',
      metricName: 'DaysToExpiry',
      dimensionsMap: { CertificateArn: gateway.certificateArn },
      statistic: Stats.MINIMUM,
      // It is told twice a day (AWS Certificate Manager User Guide, "Supported CloudWatch metrics").
      period: Duration.days(1),
    }),
    threshold: CERTIFICATE_DAYS,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  });
}
