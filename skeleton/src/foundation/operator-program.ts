import { Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { auditRetentionDays } from './audit-retention';
import { storeEnvironment } from './backing-store';
import type { BackingStore } from './backing-store';
import { bundle } from './bundle';
import { ExportBucket } from './export-bucket';
import { OperatorTask } from './operator-task';
import type { Foundation } from './pipeline-parts';

export interface OperatorProgram {
  readonly task: OperatorTask;
  readonly exports: ExportBucket;
}

/**
 * The task that runs the workload's `operator.ts`: empties the quarantine, exports and erases a patient's data.
 *
 * @param stores that hold it: the database and, where there is one, the cache.
 * @param environment what the workload's program is told besides.
 * @param statements what it may do besides.
 */
export function operatorProgram(
  foundation: Foundation,
  stores: readonly BackingStore[],
  environment: Readonly<Record<string, string>>,
  statements: readonly PolicyStatement[] = [],
): OperatorProgram {
  const { scope, settings, names, keys, network } = foundation;
  const { workload, compliance } = settings;
  const { legalRetentionDays, legalRetentionBasis, backupRetentionDays, logRetentionDays } = compliance;
  const exports = new ExportBucket(scope, 'Exports', {
    names,
    network,
    dataKey: keys.data,
    // Who fetched an export is part of the audit record.
    accessLogRetentionDays: auditRetentionDays(compliance),
  });
  const task = new OperatorTask(scope, 'Operator', {
    names,
    network,
    imageDirectory: bundle({
      name: `${workload}-operator`,
      entry: `src/workloads/${workload}/operator.ts`,
      files: ['src/foundation/image/Dockerfile'],
    }),
    environment: {
      AWS_REGION: Stack.of(scope).region,
      ...storeEnvironment(stores),
      ...environment,
      ...(legalRetentionDays === undefined ? {} : { LEGAL_RETENTION_DAYS: `${legalRetentionDays}` }),
      ...(legalRetentionBasis === undefined ? {} : { LEGAL_RETENTION_BASIS: legalRetentionBasis }),
      BACKUP_RETENTION_DAYS: `${backupRetentionDays}`,
      ENVIRONMENT_SUFFIX: names.suffix,
      EXPORT_BUCKET: exports.bucket.bucketName,
    },
    statements: [...stores.flatMap((store) => store.secretStatements()), ...exports.writeStatements(), ...statements],
    logKey: keys.telemetry,
    logRetentionDays,
  });
  exports.acknowledgeWriting(task);
  for (const store of stores) store.allowFrom(task.securityGroup, 'Operator');
  return { task, exports };
}
