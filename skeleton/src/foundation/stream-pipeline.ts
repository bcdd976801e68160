import { apiAlarms } from './alarm-sets/api';
import { ingestAlarms } from './alarm-sets/ingest';
import { processorAlarms } from './alarm-sets/processor';
import { streamAlarms } from './alarm-sets/stream';
import type { FhirService } from './fhir-service';
import type { OperatorProgram } from './operator-program';
import type { OptionalOutputName, OutputValues } from './outputs';
import type { PipelineDatabase } from './pipeline-database';
import type { Foundation, FoundationOutputName } from './pipeline-parts';
import type { ProcessorService } from './processor-service';
import type { Rotation } from './rotation';
import { IngestStream } from './stream';
import { PLANNED_EVENT_BYTES } from '../tenant';

/** What every pipeline has that stores a stream in a database and answers by FHIR. */
export interface StreamPipeline {
  readonly ingest: IngestStream;
  readonly database: PipelineDatabase;
  /** None where the secret's owner changes the password. */
  readonly rotation: Rotation | undefined;
  readonly processor: ProcessorService;
  readonly api: FhirService;
  readonly operator: OperatorProgram;
}

/** Events a second at the peak. */
export function peakOf({ settings }: Foundation): number {
  const peak = settings.capacity.peakEventsPerSecond;
  // parseTenantSettings has asked for it already; this is for who builds settings by hand.
  if (peak === undefined) {
    throw new Error(`capacity.peakEventsPerSecond is missing: ${settings.workload} cannot be sized without it.`);
  }
  return peak;
}

/** The stream of a pipeline, by its settings. */
export function ingestStream(foundation: Foundation): IngestStream {
  const { scope, settings, names, keys } = foundation;
  return new IngestStream(scope, 'Ingest', {
    names,
    key: keys.data,
    peakEventsPerSecond: peakOf(foundation),
    eventBytes: PLANNED_EVENT_BYTES[settings.workload],
    streamMode: settings.capacity.streamMode,
    shards: settings.capacity.shards,
  });
}

/** The alarms on the way from the stream into the database. Each section of `docs/runbook.md` has an alarm's name. */
export function flowAlarms(foundation: Foundation, { ingest, api, processor }: StreamPipeline): void {
  streamAlarms(foundation, ingest);
  ingestAlarms(foundation, api.ingest);
  processorAlarms(foundation, processor);
}

/** The alarms on the way out of the database. */
export function queryAlarms(foundation: Foundation, { api }: StreamPipeline): void {
  apiAlarms(foundation, api);
}

/** The outputs of a pipeline, but for the dashboard's. */
export function streamPipelineOutputs(
  { network }: Foundation,
  { ingest, database, rotation, processor, api, operator }: StreamPipeline,
): Omit<OutputValues, FoundationOutputName | 'DashboardName'> & Partial<Record<OptionalOutputName, string>> {
  return {
    KinesisStreamName: ingest.stream.streamName,
    KinesisStreamArn: ingest.stream.streamArn,
    EcsClusterName: processor.cluster.clusterName,
    ProcessorServiceName: processor.service.serviceName,
    ProcessorLogGroupName: processor.logGroup.logGroupName,
    IngestLogGroupName: api.ingest.logGroup.logGroupName,
    DatabaseEndpoint: database.host,
    ...(database.readerHost === undefined ? {} : { DatabaseReaderEndpoint: database.readerHost }),
    DatabaseName: database.databaseName,
    DatabaseSecretArn: database.secretArn,
    ...(rotation === undefined ? {} : { RotationFunctionName: rotation.functionName }),
    ApiUrl: api.gateway.url,
    ApiId: api.gateway.apiId,
    OperatorTaskDefinitionArn: operator.task.definition.taskDefinitionArn,
    OperatorSecurityGroupId: operator.task.securityGroup.securityGroupId,
    OperatorSubnetIds: network.vpc.selectSubnets(network.privateSubnets).subnetIds.join(','),
    ExportBucketName: operator.exports.bucket.bucketName,
  };
}
