import { Duration } from 'aws-cdk-lib';
import { AdjustmentType, MetricAggregationType, StepScalingAction } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { Names } from './naming';
import { PROCESSOR_TASKS_MIN } from './processor-service';

/** Iterator age from which tasks are added: well above the poll interval and a deployment's pause, well below an alarm. */
const SCALE_OUT_AGE = Duration.seconds(30);
/** Iterator age from which tasks are added faster. */
const SCALE_OUT_FAST_AGE = Duration.minutes(3);
/** Iterator age below which a task is one too many: the stream is read as fast as it is written. */
const SCALE_IN_AGE = Duration.seconds(5);

export interface ProcessorScalingProps {
  readonly names: Names;
  readonly service: FargateService;
  /** Age of the oldest record that was read, in milliseconds: the maximum over a minute. */
  readonly iteratorAge: IMetric;
  /**
   * Shards that are open at any time. A shard is read by one task at a time, so more tasks than these could idle. A stream on demand may open
   * more: its tasks then hold several each, as they do when it has just begun.
   */
  readonly shardCount: number;
}

/**
 * Scales a service on iterator age: out within a minute or two, in one task at a time after a quarter of an hour of calm, since each change
 * moves leases from task to task.
 */
export class ProcessorScaling extends Construct {
  readonly tasksMax: number;

  constructor(scope: Construct, id: string, { names, service, iteratorAge, shardCount }: ProcessorScalingProps) {
    super(scope, id);
    this.tasksMax = Math.max(PROCESSOR_TASKS_MIN, shardCount);
    const target = service.autoScaleTaskCount({ minCapacity: PROCESSOR_TASKS_MIN, maxCapacity: this.tasksMax });

    const scaleOut = new StepScalingAction(this, 'ScaleOut', {
      scalingTarget: target,
      policyName: names.of('processor-scale-out'),
      adjustmentType: AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
      minAdjustmentMagnitude: 1,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      cooldown: Duration.minutes(1),
    });
    const fastFrom = SCALE_OUT_FAST_AGE.toMilliseconds() - SCALE_OUT_AGE.toMilliseconds();
    scaleOut.addAdjustment({ lowerBound: 0, upperBound: fastFrom, adjustment: 50 });
    scaleOut.addAdjustment({ lowerBound: fastFrom, adjustment: 100 });
    new Alarm(this, 'ScaleOutAlarm', {
      alarmName: names.of('processor-scale-out'),
      alarmDescription:
        'Adds processors: the stream is written faster than it is read. Scales by itself; see docs/runbook.md#processor-scaling',
      metric: iteratorAge,
      threshold: SCALE_OUT_AGE.toMilliseconds(),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new ApplicationScalingAction(scaleOut));

    const scaleIn = new StepScalingAction(this, 'ScaleIn', {
      scalingTarget: target,
      policyName: names.of('processor-scale-in'),
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      metricAggregationType: MetricAggregationType.MAXIMUM,
      cooldown: Duration.minutes(15),
    });
    scaleIn.addAdjustment({ upperBound: 0, adjustment: -1 });
    new Alarm(this, 'ScaleInAlarm', {
      alarmName: names.of('processor-scale-in'),
      alarmDescription:
        'Takes a processor away after a quarter of an hour of calm. Scales by itself; see docs/runbook.md#processor-scaling',
      metric: iteratorAge,
      threshold: SCALE_IN_AGE.toMilliseconds(),
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 15,
      // Nothing is known when nothing is reported: keep what runs.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new ApplicationScalingAction(scaleIn));
  }
}
