import { Duration } from 'aws-cdk-lib';
import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Foundation } from '../pipeline-parts';
import type { IngestStream } from '../stream';
import { incomingRecords, iteratorAge } from '../stream-metrics';

/** Iterator age that wakes somebody: scaling had its chance, and the stream keeps records for a week. */
const ITERATOR_AGE_ALARM = Duration.minutes(5);

/** Nothing that has reached the stream is lost, and what comes in is stored soon. */
export function streamAlarms(foundation: Foundation, ingest: IngestStream): void {
  const { alarms } = foundation;
  const { stream } = ingest;
  alarms.add({
    name: 'iterator-age',
    meaning:
      'Events wait for minutes before they are stored; none is lost for as long as the stream keeps them, a week',
    metric: iteratorAge(stream),
    threshold: ITERATOR_AGE_ALARM.toMilliseconds(),
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
  });
  // The age is reported only while somebody reads, so its absence is bad news, but only when there is something to read.
  const unreported = alarms.addPart(
    {
      name: 'iterator-age-unreported',
      metric: iteratorAge(stream),
      threshold: Duration.days(7).toMilliseconds(),
      evaluationPeriods: 5,
      missingData: TreatMissingData.BREACHING,
    },
    'stream-unread',
  );
  const arriving = alarms.addPart(
    {
      name: 'records-arriving',
      metric: incomingRecords(stream),
      threshold: 0,
      evaluationPeriods: 5,
      datapointsToAlarm: 1,
    },
    'stream-unread',
  );
  alarms.addWhenAll({
    name: 'stream-unread',
    meaning: 'Devices write to the stream and nobody reads it',
    parts: [unreported, arriving],
  });
  throttledAlarm(foundation, ingest);
}

/** The stream takes what is written to it. */
export function throttledAlarm({ alarms }: Foundation, { stream }: IngestStream): void {
  alarms.add({
    name: 'stream-throttled',
    meaning:
      'The stream refuses writes, so who writes must retry: it has too few shards, or one partition key is too busy',
    metric: stream.metric('WriteProvisionedThroughputExceeded', { statistic: Stats.SUM, period: Duration.minutes(1) }),
    threshold: 0,
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
  });
}
