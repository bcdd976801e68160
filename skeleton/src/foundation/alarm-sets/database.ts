import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { PipelineDatabase } from '../pipeline-database';
import type { Foundation } from '../pipeline-parts';
import type { Rotation } from '../rotation';

/** The database, of whatever kind, stores at once what is committed. */
export function busyDatabaseAlarm({ alarms }: Foundation, database: PipelineDatabase): void {
  alarms.add({
    name: 'database-cpu',
    meaning: 'The database has been busy for a quarter of an hour, so storing and reading become slow',
    metric: database.metric('CPUUtilization', Stats.AVERAGE),
    threshold: 80,
    evaluationPeriods: 3,
  });
}

/** @param threshold connections that wake somebody. */
export function connectionsAlarm({ alarms }: Foundation, database: PipelineDatabase, threshold: number): void {
  alarms.add({
    name: 'database-connections',
    meaning: 'The database nears its limit of connections, after which processors and API are refused',
    metric: database.metric('DatabaseConnections', Stats.MAXIMUM),
    threshold,
  });
}

/** The database's password is changed as often as was set. */
export function rotationAlarm({ alarms }: Foundation, rotation: Rotation | undefined): void {
  if (rotation === undefined) return;
  alarms.add({
    name: 'rotation-errors',
    meaning: "The database's password could not be changed; the old one goes on being right until a rotation succeeds",
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensionsMap: { FunctionName: rotation.functionName },
      statistic: Stats.SUM,
      period: Duration.minutes(5),
    }),
    threshold: 0,
  });
}
