import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IAlarmAction, IAlarmRule, IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { Names } from './naming';

/** Where the person who is woken reads on. Each alarm has a section of its own. */
const RUNBOOK = 'docs/runbook.md';

export interface AlarmProps {
  /** Names the alarm, `{name}-{suffix}`. */
  readonly name: string;
  /** Its section of the runbook. Default: the name. */
  readonly section?: string;
  /** What it means for patient data, in a sentence without its full stop. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Default: greater than the threshold. */
  readonly comparison?: ComparisonOperator;
  /** Periods that are looked at. Default: 1. */
  readonly evaluationPeriods?: number;
  /** Of those, how many must be over the threshold. Default: all. */
  readonly datapointsToAlarm?: number;
  /** What a period without a value counts for. Default: it is well, since most metrics are reported only when there is something to count. */
  readonly missingData?: TreatMissingData;
}

/** The alarms of a pipeline: each notifies the topic when it goes off and when it is over, and links its section of the runbook. */
export class Alarms extends Construct {
  /** Every alarm that notifies somebody, in the order of their making. */
  readonly notifying: Array<Alarm | CompositeAlarm> = [];
  private readonly names: Names;
  private readonly action: IAlarmAction;

  constructor(scope: Construct, id: string, { names, topic }: { readonly names: Names; readonly topic: ITopic }) {
    super(scope, id);
    this.names = names;
    this.action = new SnsAction(topic);
  }

  /** An alarm that notifies the topic. */
  add(props: AlarmProps): Alarm {
    return this.notify(this.alarm(props));
  }

  /** An alarm that notifies nobody, to be combined with others. */
  addPart(props: Omit<AlarmProps, 'meaning'>, partOf: string): Alarm {
    const alarm = this.alarm({ ...props, meaning: `Part of the alarm ${this.names.of(partOf)}` }, partOf);
    acknowledge(
      alarm,
      { hipaa: ['CloudWatchAlarmAction'] },
      `It means nothing by itself: the composite alarm ${partOf} combines it with others, and notifies.`,
    );
    return alarm;
  }

  /** An alarm that goes off when all its parts do. */
  addWhenAll({ name, meaning, parts }: { name: string; meaning: string; parts: readonly Alarm[] }): CompositeAlarm {
    const rules: IAlarmRule[] = parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM));
    return this.notify(
      new CompositeAlarm(this, name, {
        compositeAlarmName: this.names.of(name),
        alarmDescription: this.description(meaning, name),
        alarmRule: AlarmRule.allOf(...rules),
      }),
    );
  }

  private alarm(props: AlarmProps, section = props.section ?? props.name): Alarm {
    return new Alarm(this, props.name, {
      alarmName: this.names.of(props.name),
      alarmDescription: this.description(props.meaning, section),
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator: props.comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.evaluationPeriods ?? 1,
      datapointsToAlarm: props.datapointsToAlarm ?? props.evaluationPeriods ?? 1,
      treatMissingData: props.missingData ?? TreatMissingData.NOT_BREACHING,
    });
  }

  private notify<Kind extends Alarm | CompositeAlarm>(alarm: Kind): Kind {
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    this.notifying.push(alarm);
    return alarm;
  }

  private description(meaning: string, section: string): string {
    return `${meaning}. What to do: ${RUNBOOK}#${section}`;
  }
}
