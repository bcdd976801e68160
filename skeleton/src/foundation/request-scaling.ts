import { Duration } from 'aws-cdk-lib';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Names } from './naming';
import { SERVICE_TASKS_MIN } from './program-service';

/** Processor use that scaling aims at, in percent: room for a task that is lost, and for the minute that a new one takes to start. */
const CPU_PERCENT = 60;

export interface RequestScalingProps {
  readonly names: Names;
  readonly service: FargateService;
  /** Names the policies. */
  readonly purpose: string;
  readonly targets: ApplicationTargetGroup;
  /** Requests that a task answers well, in a minute. */
  readonly requestsPerTaskAndMinute: number;
  readonly tasksMax: number;
}

/** Scales a service on its processor use and on the requests that each task gets, whichever asks for more tasks: out at once, in slowly. */
export function scaleOnRequests(props: RequestScalingProps): void {
  const { names, service, purpose, targets, requestsPerTaskAndMinute, tasksMax } = props;
  if (tasksMax < SERVICE_TASKS_MIN) {
    throw new Error(`${tasksMax} tasks at the most: expected ${SERVICE_TASKS_MIN} at least, which always run.`);
  }
  const scaling = service.autoScaleTaskCount({ minCapacity: SERVICE_TASKS_MIN, maxCapacity: tasksMax });
  const cooldowns = { scaleOutCooldown: Duration.minutes(1), scaleInCooldown: Duration.minutes(15) };
  scaling.scaleOnCpuUtilization('Cpu', {
    policyName: names.of(`${purpose}-cpu`),
    targetUtilizationPercent: CPU_PERCENT,
    ...cooldowns,
  });
  scaling.scaleOnRequestCount('Requests', {
    policyName: names.of(`${purpose}-requests`),
    targetGroup: targets,
    requestsPerTarget: requestsPerTaskAndMinute,
    ...cooldowns,
  });
}
