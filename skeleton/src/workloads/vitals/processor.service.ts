import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { iteratorAge } from './metrics.service';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { bundle } from '../../foundation/bundle';
import type { Cache } from '../../foundation/cache';
import { DATABASE_PORT } from '../../foundation/database';
import type { Database } from '../../foundation/database';
import type { Foundation } from '../../foundation/pipeline-parts';
import { ProcessorScaling } from '../../foundation/processor-scaling';
import { ProcessorService } from '../../foundation/processor-service';
import type { IngestStream } from '../../foundation/stream';

export interface VitalsProcessorParts {
  readonly ingest: IngestStream;
  readonly database: Database;
  readonly cache: Cache | undefined;
}

/** The service that runs `processor.ts`: reads the stream, stores the events. */
export function vitalsProcessor(foundation: Foundation, parts: VitalsProcessorParts): ProcessorService {
  const { ingest, database, cache } = parts;
  const { scope, settings, names, keys, network } = foundation;
  const { region } = Stack.of(scope);
  const processor = new ProcessorService(scope, 'Processor', {
    names,
    network,
    imageDirectory: bundle({
      name: 'vitals-processor',
      entry: 'src/workloads/vitals/processor.ts',
      migrationFolders: ['src/runtime/migrations', 'src/workloads/vitals/migrations'],
      files: ['src/foundation/image/Dockerfile'],
    }),
    environment: {
      AWS_REGION: region,
      STREAM_NAME: ingest.stream.streamName,
      DATABASE_HOST: database.cluster.clusterEndpoint.hostname,
      DATABASE_PORT: `${DATABASE_PORT}`,
      DATABASE_NAME: database.databaseName,
      DATABASE_SECRET_ARN: database.secretArn,
      OBSERVATION_RETENTION_DAYS: `${settings.compliance.observationRetentionDays}`,
      AUDIT_RETENTION_DAYS: `${auditRetentionDays(settings.compliance)}`,
      ENVIRONMENT_SUFFIX: names.suffix,
      ...cache?.environment(),
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
      ...database.secretStatements(),
      ...(cache?.secretStatements() ?? []),
    ],
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
  database.allowFrom(processor.securityGroup, 'Processors');
  cache?.allowFrom(processor.securityGroup, 'Processors');
  // Processors migrate the database when they start.
  processor.service.node.addDependency(database.cluster);
  new ProcessorScaling(scope, 'ProcessorScaling', {
    names,
    service: processor.service,
    iteratorAge: iteratorAge(ingest.stream),
    shardCount: ingest.shardCount,
  });
  return processor;
}
