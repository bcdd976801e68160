import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ApiFunction } from '../api-function';
import { pipelineMetric } from '../pipeline-metrics';
import type { Foundation } from '../pipeline-parts';

/** Refused entries in a quarter of an hour that are more than a typing error: a sender's new version, most likely. */
const REFUSED_ALARM = 100;

/** What systems send through the API reaches the stream, or they are told that it did not. */
export function ingestAlarms({ alarms, names }: Foundation, ingest: ApiFunction): void {
  const perFiveMinutes = { statistic: Stats.SUM, period: Duration.minutes(5) };
  alarms.add({
    name: 'ingest-errors',
    meaning: 'The function that takes events in through the API fails; its callers are told to send again',
    metric: ingest.function.metricErrors(perFiveMinutes),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'ingest-put-failures',
    meaning:
      'The stream did not take events that came in through the API; their senders were told to send them again, which stores each once',
    metric: pipelineMetric(names.suffix, 'IngestDelayedCount').with({ period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'ingest-refused',
    meaning: 'Many entries that came in through the API were refused as wrong; nothing of them is stored',
    metric: pipelineMetric(names.suffix, 'IngestRefusedCount').with({ period: Duration.minutes(15) }),
    threshold: REFUSED_ALARM,
  });
  alarms.add({
    name: 'ingest-throttled',
    meaning: 'The API refuses events, since as many are being taken in as may be; senders must repeat them',
    metric: ingest.function.metricThrottles(perFiveMinutes),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}
