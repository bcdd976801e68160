import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';

/** Age of the oldest record that was read, in milliseconds: the maximum over a minute. Reported only while somebody reads. */
export function iteratorAge(stream: IStream): Metric {
  return stream.metricGetRecordsIteratorAgeMilliseconds({ statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
}

/** Records that came in within a minute. */
export function incomingRecords(stream: IStream): Metric {
  return stream.metricIncomingRecords({ statistic: Stats.SUM, period: Duration.minutes(1) });
}
