import { Stack } from 'aws-cdk-lib';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { bundle } from '../../foundation/bundle';
import type { Cache } from '../../foundation/cache';
import { DATABASE_PORT } from '../../foundation/database';
import type { Database } from '../../foundation/database';
import { ExportBucket } from '../../foundation/export-bucket';
import { OperatorTask } from '../../foundation/operator-task';
import type { Foundation } from '../../foundation/pipeline-parts';

export interface VitalsOperator {
  readonly task: OperatorTask;
  readonly exports: ExportBucket;
}

/** The task that runs `operator.ts`: empties the quarantine, exports and erases a patient's data. */
export function vitalsOperator(foundation: Foundation, database: Database, cache: Cache | undefined): VitalsOperator {
  const { scope, settings, names, keys, network } = foundation;
  const { observationRetentionDays, legalRetentionDays, legalRetentionBasis, backupRetentionDays, logRetentionDays } =
    settings.compliance;
  const exports = new ExportBucket(scope, 'Exports', {
    names,
    network,
    dataKey: keys.data,
    // Who fetched an export is part of the audit record.
    accessLogRetentionDays: auditRetentionDays(settings.compliance),
  });
  const task = new OperatorTask(scope, 'Operator', {
    names,
    network,
    imageDirectory: bundle({
      name: 'vitals-operator',
      entry: 'src/workloads/vitals/operator.ts',
      files: ['src/foundation/image/Dockerfile'],
    }),
    environment: {
      AWS_REGION: Stack.of(scope).region,
      DATABASE_HOST: database.cluster.clusterEndpoint.hostname,
      DATABASE_PORT: `${DATABASE_PORT}`,
      DATABASE_NAME: database.databaseName,
      DATABASE_SECRET_ARN: database.secretArn,
      OBSERVATION_RETENTION_DAYS: `${observationRetentionDays}`,
      ...(legalRetentionDays === undefined ? {} : { LEGAL_RETENTION_DAYS: `${legalRetentionDays}` }),
      ...(legalRetentionBasis === undefined ? {} : { LEGAL_RETENTION_BASIS: legalRetentionBasis }),
      BACKUP_RETENTION_DAYS: `${backupRetentionDays}`,
      ENVIRONMENT_SUFFIX: names.suffix,
      EXPORT_BUCKET: exports.bucket.bucketName,
      ...cache?.environment(),
    },
    statements: [...database.secretStatements(), ...(cache?.secretStatements() ?? []), ...exports.writeStatements()],
    logKey: keys.telemetry,
    logRetentionDays,
  });
  exports.acknowledgeWriting(task);
  database.allowFrom(task.securityGroup, 'Operator');
  cache?.allowFrom(task.securityGroup, 'Operator');
  return { task, exports };
}
