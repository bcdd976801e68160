import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LocalStackError } from './errors';
import { LOCAL_CREDENTIALS } from './kinesis-emulator';
import { loadLocalWorkload } from './workload';
import type { TenantSettings } from '../src/tenant';

const localOutputsSchema = z.object({
  Region: z.string(),
  EnvironmentSuffix: z.string(),
  DatabaseEndpoint: z.string(),
  DatabaseName: z.string(),
  DatabaseSecretArn: z.string(),
  LocalDatabasePort: z.string(),
  LocalDatabaseCaFile: z.string(),
  LocalSecretsManagerEndpoint: z.string(),
  LocalTenantFile: z.string().optional(),
  CacheEndpoint: z.string().optional(),
  LocalCacheSecretArn: z.string().optional(),
  LocalCacheCaFile: z.string().optional(),
  ScanBucketName: z.string().optional(),
  LocalObjectsEndpoint: z.string().optional(),
});

/**
 * Environment with which the operator's program finds the local stack: what the task has in AWS, without a bucket.
 *
 * @param outputsFile `cfn-outputs/flat-outputs.json`, as the running stack wrote it.
 * @throws LocalStackError when there is no local stack, with what to do.
 */
export async function operatorEnvironment(
  outputsFile: string,
  tenant: TenantSettings,
): Promise<Record<string, string>> {
  const outputs = readLocalOutputs(outputsFile);
  const { legalRetentionDays, legalRetentionBasis, backupRetentionDays } = tenant.compliance;
  const workload = await loadLocalWorkload(tenant.workload);
  const variables: Readonly<Record<string, string | number | undefined>> = {
    AWS_REGION: outputs.Region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: outputs.LocalSecretsManagerEndpoint,
    NODE_NO_WARNINGS: '1',
    DATABASE_HOST: outputs.DatabaseEndpoint,
    DATABASE_PORT: outputs.LocalDatabasePort,
    DATABASE_NAME: outputs.DatabaseName,
    DATABASE_SECRET_ARN: outputs.DatabaseSecretArn,
    DATABASE_CA_FILE: outputs.LocalDatabaseCaFile,
    ENVIRONMENT_SUFFIX: outputs.EnvironmentSuffix,
    ...workload.environment(tenant),
    ...workload.operatorEnvironment?.(tenant, outputs),
    BACKUP_RETENTION_DAYS: backupRetentionDays,
    LEGAL_RETENTION_DAYS: legalRetentionDays,
    LEGAL_RETENTION_BASIS: legalRetentionBasis,
    CACHE_ENDPOINT: outputs.CacheEndpoint,
    CACHE_AUTH_TOKEN_SECRET_ARN: outputs.LocalCacheSecretArn,
    CACHE_CA_FILE: outputs.LocalCacheCaFile,
  };
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/**
 * The file with the settings that the running stack was started with; `undefined` where it was given none.
 *
 * @throws LocalStackError when there is no local stack, with what to do.
 */
export function tenantFileOf(outputsFile: string): string | undefined {
  return readLocalOutputs(outputsFile).LocalTenantFile;
}

function readLocalOutputs(file: string): z.output<typeof localOutputsSchema> {
  let outputs: unknown;
  try {
    outputs = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new LocalStackError(`No local stack runs here: there is no ${file}. Start one by npm run local.`, { cause });
  }
  const target: unknown = typeof outputs === 'object' && outputs !== null && Reflect.get(outputs, 'Target');
  if (target !== 'local') {
    throw new LocalStackError(
      `${file} describes a pipeline in AWS. There the operator's commands run as a task: see docs/runbook.md, "The operator's commands".`,
    );
  }
  const result = localOutputsSchema.safeParse(outputs);
  if (result.success) return result.data;
  throw new LocalStackError(`${file} is of another version of this repository: start the local stack again.`);
}
