import { Duration } from 'aws-cdk-lib';
import { AdjustmentType, MetricAggregationType, StepScalingAction } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { Names } from './naming';
import { SERVICE_TASKS_MIN } from './program-service';

export interface QueueScalingProps {
  readonly names: Names;
  readonly service: FargateService;
  /** Names the policies and their alarms. */
  readonly purpose: string;
  /** Jobs that wait or are worked on, by the minute. */
  readonly depth: IMetric;
  /** Tasks that run, by the minute. */
  readonly tasks: IMetric;
  /** Jobs a task that are no cause for another one: what it works on, and a minute's work that waits. */
  readonly jobsPerTask: number;
  readonly tasksMax: number;
}

/**
 * Scales a service on the depth of its queue for each task that runs: out within two minutes, by as many as the depth asks for, and in one task
 * at a time after a quarter of an hour in which a task fewer would have done.
 */
export class QueueScaling extends Construct {
  readonly depthPerTask: MathExpression;

  constructor(scope: Construct, id: string, props: QueueScalingProps) {
    super(scope, id);
    const { names, service, purpose, depth, tasks, jobsPerTask, tasksMax } = props;
    if (tasksMax < SERVICE_TASKS_MIN) {
      throw new Error(`${tasksMax} tasks at the most: expected ${SERVICE_TASKS_MIN} at least, which always run.`);
    }
    this.depthPerTask = new MathExpression({
      // No figure of tasks means that none reports, and then the whole queue waits for the next one.
      expression: 'depth / FILL(tasks, 1)',
      usingMetrics: { depth, tasks },
      label: 'jobs a task',
      period: Duration.minutes(1),
    });
    const target = service.autoScaleTaskCount({ minCapacity: SERVICE_TASKS_MIN, maxCapacity: tasksMax });
    const description = `Scales by itself; see docs/runbook.md#${purpose}-scaling`;

    const scaleOut = new StepScalingAction(this, 'ScaleOut', {
      scalingTarget: target,
      policyName: names.of(`${purpose}-scale-out`),
      adjustmentType: AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
      minAdjustmentMagnitude: 1,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      cooldown: Duration.minutes(2),
    });
    // Bounds are counted from the threshold: half as many again up to three times what a task takes, twice as many above.
    scaleOut.addAdjustment({ lowerBound: 0, upperBound: 2 * jobsPerTask, adjustment: 50 });
    scaleOut.addAdjustment({ lowerBound: 2 * jobsPerTask, adjustment: 100 });
    new Alarm(this, 'ScaleOutAlarm', {
      alarmName: names.of(`${purpose}-scale-out`),
      alarmDescription: `Adds tasks: more waits than those that run work off in a minute. ${description}`,
      metric: this.depthPerTask,
      threshold: jobsPerTask,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new ApplicationScalingAction(scaleOut));

    const scaleIn = new StepScalingAction(this, 'ScaleIn', {
      scalingTarget: target,
      policyName: names.of(`${purpose}-scale-in`),
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      cooldown: Duration.minutes(15),
    });
    scaleIn.addAdjustment({ upperBound: 0, adjustment: -1 });
    new Alarm(this, 'ScaleInAlarm', {
      alarmName: names.of(`${purpose}-scale-in`),
      alarmDescription: `Takes a task away after a quarter of an hour in which a task fewer would have done. ${description}`,
      metric: this.depthPerTask,
      threshold: Math.floor(jobsPerTask / 3),
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 15,
      // Nothing is known when nothing is reported: keep what runs.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new ApplicationScalingAction(scaleIn));
  }
}
