import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { auditRetentionDays } from './audit-retention';
import { storeEnvironment } from './backing-store';
import type { BackingStore } from './backing-store';
import { bundle } from './bundle';
import type { PipelineDatabase } from './pipeline-database';
import type { Foundation } from './pipeline-parts';
import { ProcessorScaling } from './processor-scaling';
import { ProcessorService } from './processor-service';
import { quarantineRetentionDays } from './quarantine-retention';
import type { IngestStream } from './stream';
import { iteratorAge } from './stream-metrics';

export interface StreamProcessorProps {
  readonly ingest: IngestStream;
  readonly database: PipelineDatabase;
  /** What it writes to besides. Default: nothing. */
  readonly stores?: readonly BackingStore[];
  /** What the workload's program is told besides. Default: nothing. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Tasks that the database takes. Default: it takes one for each shard. */
  readonly tasksMax?: number;
}

/** The service that runs the workload's `processor.ts`: reads the stream, stores the events. */
export function streamProcessor(foundation: Foundation, props: StreamProcessorProps): ProcessorService {
  const { ingest, database, environment = {} } = props;
  const { scope, settings, names, keys, network } = foundation;
  const { workload, compliance } = settings;
  const { region } = Stack.of(scope);
  const stores = [database, ...(props.stores ?? [])];
  const processor = new ProcessorService(scope, 'Processor', {
    names,
    network,
    imageDirectory: bundle({
      name: `${workload}-processor`,
      entry: `src/workloads/${workload}/processor.ts`,
      migrationFolders: ['src/runtime/migrations', `src/workloads/${workload}/migrations`],
      files: ['src/foundation/image/Dockerfile'],
    }),
    environment: {
      AWS_REGION: region,
      STREAM_NAME: ingest.stream.streamName,
      ...storeEnvironment(stores),
      ...environment,
      QUARANTINE_RETENTION_DAYS: `${quarantineRetentionDays(settings)}`,
      AUDIT_RETENTION_DAYS: `${auditRetentionDays(compliance)}`,
      ENVIRONMENT_SUFFIX: names.suffix,
    },
    statements: [
      new PolicyStatement({
        sid: 'ReadStream',
        actions: ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
        resources: [ingest.stream.streamArn],
      }),
      new PolicyStatement({
        sid: 'DecryptStream',
        actions: ['kms:Decrypt'],
        resources: [keys.data.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `kinesis.${region}.amazonaws.com` } },
      }),
      ...stores.flatMap((store) => store.secretStatements()),
    ],
    logKey: keys.telemetry,
    logRetentionDays: compliance.logRetentionDays,
  });
  for (const store of stores) store.allowFrom(processor.securityGroup, 'Processors');
  // Processors migrate the database when they start.
  processor.service.node.addDependency(database.resource);
  new ProcessorScaling(scope, 'ProcessorScaling', {
    names,
    service: processor.service,
    iteratorAge: iteratorAge(ingest.stream),
    shardCount: Math.min(ingest.shardCount, props.tasksMax ?? ingest.shardCount),
  });
  return processor;
}
