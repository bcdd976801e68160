import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { OutputName } from '../../src/foundation/outputs';

/** All that the suite knows of the pipeline under test. */
export const OUTPUTS_FILE = join(resolve(__dirname, '..', '..'), 'cfn-outputs', 'flat-outputs.json');

const text = z.string().min(1);
const url = { error: 'expected a URL' };

const shared = {
  Region: text,
  EnvironmentSuffix: text,
  TenantId: text,
  KinesisStreamName: text,
  KinesisStreamArn: text,
  EcsClusterName: text,
  ProcessorServiceName: text,
  ProcessorLogGroupName: text,
  IngestLogGroupName: text,
  AuditFunctionName: text.optional(),
  DatabaseEndpoint: text,
  DatabaseReaderEndpoint: text.optional(),
  DatabaseName: text,
  DatabaseSecretArn: text,
  CacheEndpoint: text.optional(),
  CacheReplicationGroupId: text.optional(),
  RotationFunctionName: text.optional(),
  ApiUrl: z.url(url),
  ApiId: text,
  DomainName: text.optional(),
  RegionalDomainTarget: text.optional(),
  RegionalDomainHostedZoneId: text.optional(),
  UploadUrl: z.url(url).optional(),
  UploadServiceName: text.optional(),
  QueryServiceName: text.optional(),
  QueryLogGroupName: text.optional(),
  LoadBalancerArn: text.optional(),
  ScanBucketName: text.optional(),
  FileSystemId: text.optional(),
  QueueEndpoint: text.optional(),
  QueueReplicationGroupId: text.optional(),
  DeidentificationKeyArn: text.optional(),
  OperatorTaskDefinitionArn: text,
  OperatorSecurityGroupId: text,
  OperatorSubnetIds: text,
  ExportBucketName: text,
  VpcId: text,
  DataKeyArn: text,
  AlarmTopicArn: text,
  DashboardName: text,
  AuditTrailName: text.optional(),
} satisfies Record<Exclude<OutputName, 'Target'>, z.ZodType>;

const outputsSchema = z.discriminatedUnion('Target', [
  z.object({ Target: z.literal('aws'), ...shared }),
  z.object({
    Target: z.literal('local'),
    ...shared,
    /** Endpoint of the Kinesis emulator: in AWS the SDK finds Kinesis by the region. */
    LocalKinesisEndpoint: z.url(url),
    LocalDatabasePort: text,
    /** PEM file with the authority of PostgreSQL's certificate. */
    LocalDatabaseCaFile: text,
    /** Endpoint of the double that rotates the database's secret. */
    LocalSecretsManagerEndpoint: z.url(url),
    /** File with the settings that the stack was started with. */
    LocalTenantFile: text.optional(),
    /** ARN under which that double keeps the cache's auth token. */
    LocalCacheSecretArn: text.optional(),
    /** PEM file with the authority of the cache's certificates. */
    LocalCacheCaFile: text.optional(),
    /** PEM file with the authority of the gateway's certificate. */
    LocalGatewayCaFile: text.optional(),
    /** Folder with client certificates, `<name>.crt` and `<name>.key`: hospital-a, hospital-b, reader, expired, stranger. */
    LocalClientsFolder: text.optional(),
    /** Endpoint of the S3 double. */
    LocalObjectsEndpoint: z.url(url).optional(),
    /** The folder that stands for EFS. */
    LocalScanFolder: text.optional(),
  }),
]);

/** The outputs of a deployment (`Target` is `aws`) or of a local stack (`local`). */
export type PipelineOutputs = z.output<typeof outputsSchema>;

/** There is nothing to test, or nothing that the suite understands. The message says how to get outputs. */
export class OutputsError extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(
      `${problem}\n` +
        'The suite tests the pipeline that cfn-outputs/flat-outputs.json describes. Get one by\n' +
        '  npm run local                                   (in another terminal: the pipeline on this machine)\n' +
        '  npm run local -- --exec "npm run integration"   (the same in one command)\n' +
        '  npm run deploy                                  (the pipeline in AWS)',
      options,
    );
    this.name = 'OutputsError';
  }
}

/** Reads the outputs. @throws OutputsError where the file is missing or wrong. */
export function readOutputs(file: string = OUTPUTS_FILE): PipelineOutputs {
  let json: string;
  try {
    json = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new OutputsError(`There is no ${file}.`, { cause });
  }
  return parseOutputs(json, file);
}

function parseOutputs(json: string, file: string): PipelineOutputs {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new OutputsError(`${file} is no JSON.`, { cause });
  }
  const result = outputsSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new OutputsError(`${file} is not what a deployment writes:\n${faults.join('\n')}`);
}
