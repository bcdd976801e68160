import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { VitalsApi } from './api.service';
import { incomingRecords, iteratorAge } from './metrics.service';
import type { Database } from '../../foundation/database';
import { pipelineMetric } from '../../foundation/pipeline-metrics';
import type { Foundation } from '../../foundation/pipeline-parts';
import { PROCESSOR_TASKS_MIN } from '../../foundation/processor-service';
import type { ProcessorService } from '../../foundation/processor-service';
import type { IngestStream } from '../../foundation/stream';

export interface VitalsParts {
  readonly ingest: IngestStream;
  readonly database: Database;
  readonly processor: ProcessorService;
  readonly api: VitalsApi;
}

/** Iterator age that wakes somebody: scaling had its chance, and the stream keeps records for a week. */
const ITERATOR_AGE_ALARM = Duration.minutes(5);

/**
 * Connections that wake somebody: several times what processors and API open, and about half of what the smallest database that we make
 * takes, which can grow to eight capacity units (Aurora User Guide, "Maximum connections for Aurora Serverless v2").
 */
const CONNECTIONS_ALARM = 800;

/** Temporary storage below which sorts and index builds begin to fail. */
const FREE_LOCAL_STORAGE_MIN_BYTES = 2 * 1024 ** 3;

/** The alarms of the workload. Each section of `docs/runbook.md` has the alarm's name. */
export function vitalsAlarms(foundation: Foundation, parts: VitalsParts): void {
  streamAlarms(foundation, parts);
  processorAlarms(foundation, parts);
  databaseAlarms(foundation, parts);
  apiAlarms(foundation, parts);
}

function streamAlarms({ alarms }: Foundation, { ingest: { stream } }: VitalsParts): void {
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
  alarms.add({
    name: 'stream-throttled',
    meaning:
      'The stream refuses writes, so devices must retry: it has too few shards, or one partition key is too busy',
    metric: stream.metric('WriteProvisionedThroughputExceeded', { statistic: Stats.SUM, period: Duration.minutes(1) }),
    threshold: 0,
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
  });
}

function processorAlarms({ alarms, names }: Foundation, { processor }: VitalsParts): void {
  alarms.add({
    name: 'events-quarantined',
    meaning: 'Events came in that cannot be stored; they are kept in quarantine and can be replayed after a fix',
    metric: pipelineMetric(names.suffix, 'EventsQuarantinedCount'),
    threshold: 0,
  });
  alarms.add({
    name: 'lease-lost',
    meaning: 'Processors lose their shards to each other again and again, so work is done twice and slowly',
    metric: pipelineMetric(names.suffix, 'LeaseLostCount').with({ period: Duration.minutes(15) }),
    threshold: 5,
  });
  alarms.add({
    name: 'processor-tasks',
    meaning: `Fewer than ${PROCESSOR_TASKS_MIN} processors run, so the next failure stops the flow`,
    metric: new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: processor.cluster.clusterName, ServiceName: processor.service.serviceName },
      statistic: Stats.MINIMUM,
      period: Duration.minutes(1),
    }),
    threshold: PROCESSOR_TASKS_MIN,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 5,
    missingData: TreatMissingData.BREACHING,
  });
}

function databaseAlarms({ alarms }: Foundation, { database: { cluster } }: VitalsParts): void {
  const metric = (metricName: string, statistic = Stats.MAXIMUM) =>
    cluster.metric(metricName, { statistic, period: Duration.minutes(5) });
  alarms.add({
    name: 'database-cpu',
    meaning: 'The database has been busy for a quarter of an hour, so storing and reading become slow',
    metric: metric('CPUUtilization', Stats.AVERAGE),
    threshold: 80,
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'database-capacity',
    meaning: 'The database has scaled up nearly as far as it may',
    metric: metric('ACUUtilization'),
    threshold: 90,
    evaluationPeriods: 3,
  });
  alarms.add({
    name: 'database-connections',
    meaning: 'The database nears its limit of connections, after which processors and API are refused',
    metric: metric('DatabaseConnections'),
    threshold: CONNECTIONS_ALARM,
  });
  alarms.add({
    name: 'database-storage',
    meaning: 'The database has little temporary storage left, so large sorts and index builds will fail',
    metric: metric('FreeLocalStorage', Stats.MINIMUM),
    threshold: FREE_LOCAL_STORAGE_MIN_BYTES,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  });
  alarms.add({
    name: 'database-replica-lag',
    meaning: 'The reader lags behind the writer by seconds, so the API answers with old readings',
    metric: metric('AuroraReplicaLagMaximum'),
    threshold: Duration.seconds(2).toMilliseconds(),
    evaluationPeriods: 3,
  });
}

function apiAlarms({ alarms, names }: Foundation, { api }: VitalsParts): void {
  alarms.add({
    name: 'api-errors',
    meaning: 'The API answers with server errors',
    metric: api.gateway.api.deploymentStage.metricServerError({ statistic: Stats.SUM, period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'api-audit',
    meaning: 'The application failed on requests; where the audit record could not be written, no data was answered',
    metric: pipelineMetric(names.suffix, 'ApiErrorCount').with({ period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarms.add({
    name: 'api-throttled',
    meaning: 'The API refuses requests, since as many are being served as may be',
    metric: api.handler.function.metricThrottles({ statistic: Stats.SUM, period: Duration.minutes(5) }),
    threshold: 0,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}
