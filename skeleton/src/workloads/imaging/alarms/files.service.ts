import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Foundation } from '../../../foundation/pipeline-parts';
import type { SharedFiles } from '../../../foundation/shared-files';
import type { ImagingCapacity } from '../capacity';

/** Hours of the busiest kind after which what is received should long have been stored and removed. */
const BACKLOG_HOURS = 2;
/** Below this nobody is woken: some large uploads that are under way come to as much. */
const STORAGE_ALARM_MIN_BYTES = 100e9;

const PERIOD = Duration.minutes(5);

/** Bytes on the shared files that wake somebody. EFS itself has no end, but bills for each. */
export function storageAlarmBytes({ peakMegabytesPerSecond }: ImagingCapacity): number {
  const backlog = peakMegabytesPerSecond * 1e6 * Duration.hours(BACKLOG_HOURS).toSeconds();
  return Math.ceil(Math.max(STORAGE_ALARM_MIN_BYTES, backlog));
}

/**
 * Files come and go. Throughput is elastic: there are no burst credits to run out of (Amazon EFS User Guide, "Throughput modes"), so what is
 * watched is how near the limit of the file system's throughput and operations is.
 */
export function fileAlarms({ alarms }: Foundation, files: SharedFiles, capacity: ImagingCapacity): void {
  alarms.add({
    name: 'files-storage',
    meaning: `The shared files hold more than comes in ${BACKLOG_HOURS} busy hours, so what was stored is not removed, or nothing is stored`,
    metric: files.metric('StorageBytes', Stats.MAXIMUM, 'Total').with({ period: Duration.minutes(15) }),
    threshold: storageAlarmBytes(capacity),
    evaluationPeriods: 2,
  });
  alarms.add({
    name: 'files-throughput',
    meaning: 'The shared files are read and written nearly as fast as they can be, so uploads and workers become slow',
    metric: new MathExpression({
      expression: '100 * metered / PERIOD(metered) / permitted',
      usingMetrics: {
        metered: files.metric('MeteredIOBytes', Stats.SUM),
        permitted: files.metric('PermittedThroughput', Stats.MINIMUM),
      },
      label: 'of the throughput there is (%)',
      period: PERIOD,
    }),
    threshold: 80,
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'files-operations',
    meaning: 'The shared files do nearly as many operations as they can, so uploads and workers become slow',
    metric: files.metric('PercentIOLimit', Stats.MAXIMUM).with({ period: PERIOD }),
    threshold: 90,
    evaluationPeriods: 3,
  });
}
