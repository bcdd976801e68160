import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { pipelineMetric } from '../../../foundation/pipeline-metrics';
import type { Foundation } from '../../../foundation/pipeline-parts';
import { SERVICE_TASKS_MIN } from '../../../foundation/program-service';
import { runningTasks } from '../../../foundation/stream-metrics';
import type { ImagingPrograms } from '../programs.service';

/** Time after which a scan that was received should have been stored: scaling had its chance. */
const SCAN_AGE_ALARM = Duration.minutes(30);

/** Refused uploads in a quarter of an hour that are more than a wrong file: a modality's new version, most likely. */
const REFUSED_ALARM = 100;

/** What was received is stored soon, and what cannot be is seen by a person. */
export function scanAlarms({ alarms, names }: Foundation, programs: ImagingPrograms): void {
  const inFiveMinutes = (name: Parameters<typeof pipelineMetric>[1], statistic = Stats.SUM) =>
    pipelineMetric(names.suffix, name, statistic).with({ period: Duration.minutes(5) });
  alarms.add({
    name: 'scan-age',
    meaning: 'A scan was received half an hour ago and is not stored yet; it is kept, and none is lost',
    metric: inFiveMinutes('OldestScanAgeMs', Stats.MAXIMUM),
    threshold: SCAN_AGE_ALARM.toMilliseconds(),
    evaluationPeriods: 2,
  });
  alarms.add({
    name: 'scan-failures',
    meaning: 'Scans could not be stored, however often it was tried; they are kept with their reason',
    metric: inFiveMinutes('ScansFailedCount'),
    threshold: 0,
  });
  alarms.add({
    name: 'scan-conflicts',
    meaning: 'A hospital sent other bytes under an id that is stored already; both are kept for a person to decide',
    metric: inFiveMinutes('ScansConflictedCount'),
    threshold: 0,
  });
  alarms.add({
    name: 'uploads-refused',
    meaning: 'Many files were refused as wrong; their senders were told why, and nothing of them is stored',
    metric: pipelineMetric(names.suffix, 'UploadsRefusedCount').with({ period: Duration.minutes(15) }),
    threshold: REFUSED_ALARM,
  });
  alarms.add({
    name: 'life-events',
    meaning: 'Steps of scans cannot be told to the stream; they wait in the database and are told later',
    metric: inFiveMinutes('LifeEventsDelayedCount'),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  for (const [purpose, consequence] of [
    ['upload', 'so the next failure keeps hospitals from sending'],
    ['query', 'so the next failure keeps physicians from reading'],
    ['worker', 'so the next failure stops the storing of scans'],
  ] as const) {
    alarms.add({
      name: `${purpose}-tasks`,
      meaning: `Fewer than ${SERVICE_TASKS_MIN} ${purpose} tasks run, ${consequence}`,
      metric: runningTasks(programs[purpose]),
      threshold: SERVICE_TASKS_MIN,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      missingData: TreatMissingData.BREACHING,
    });
  }
}
