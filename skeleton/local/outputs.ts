import { Names } from '../src/foundation/naming';
import type { OutputValues } from '../src/foundation/outputs';
import { partitionOf, type TenantSettings } from '../src/tenant';

/** What a deployment writes, and where the local services are that need no place in AWS. */
export type LocalOutputs = OutputValues & {
  /** Endpoint of the Kinesis emulator; in AWS the SDK finds Kinesis by region. */
  readonly LocalKinesisEndpoint: string;
  /** Port of PostgreSQL: a deployment has the usual one. */
  readonly LocalDatabasePort: string;
  /** PEM file with the authority of PostgreSQL's certificate. */
  readonly LocalDatabaseCaFile: string;
  /** Endpoint of the Secrets Manager double, which rotates the database's secret when it is asked to. */
  readonly LocalSecretsManagerEndpoint: string;
  /** File with the settings that the stack was started with; absent where it was given none. */
  readonly LocalTenantFile?: string;
  /** ARN under which that double keeps the cache's auth token; absent without a cache. */
  readonly LocalCacheSecretArn?: string;
  /** PEM file with the authority of the cache's certificates; absent without a cache, and where a public one has signed. */
  readonly LocalCacheCaFile?: string;
  /** PEM file with the authority of the gateway's certificate; absent where the API asks for no client certificate. */
  readonly LocalGatewayCaFile?: string;
  /**
   * Folder with client certificates made on the spot, `<name>.crt` and `<name>.key`: of `hospital-a` and `hospital-b`, of `reader`, which
   * reads every hospital's, of one that has `expired` and of a `stranger` whom no authority of the truststore signed.
   */
  readonly LocalClientsFolder?: string;
  /** Endpoint of the S3 double. */
  readonly LocalObjectsEndpoint?: string;
  /** The folder that stands for EFS. */
  readonly LocalScanFolder?: string;
};

/**
 * The outputs of a deployment with this tenant's settings, as far as this machine has them. What it has not (network, keys,
 * dashboard) bears a name that nobody takes for a resource.
 */
export function localOutputs({
  tenant,
  kinesisEndpoint,
  secretsManagerEndpoint,
  database,
  apiPort,
  more = {},
}: {
  readonly tenant: TenantSettings;
  readonly kinesisEndpoint: string;
  readonly secretsManagerEndpoint: string;
  readonly database: { readonly port: number; readonly caFile: string };
  readonly apiPort: number;
  /** What the workload has beside, such as a cache. Default: nothing. */
  readonly more?: Partial<LocalOutputs> | undefined;
}): LocalOutputs {
  const { region, accountId, environmentSuffix } = tenant.aws;
  const names = new Names(tenant.aws);
  const streamName = names.of('events');
  return {
    Target: 'local',
    Region: region,
    EnvironmentSuffix: environmentSuffix,
    TenantId: tenant.tenant.id,
    KinesisStreamName: streamName,
    KinesisStreamArn: `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/${streamName}`,
    EcsClusterName: 'local',
    ProcessorServiceName: 'local',
    ProcessorLogGroupName: 'local',
    IngestLogGroupName: 'local',
    DatabaseEndpoint: '127.0.0.1',
    ...(tenant.workload === 'vitals' && { DatabaseReaderEndpoint: '127.0.0.1' }),
    DatabaseName: databaseName(tenant),
    DatabaseSecretArn: tenant.secrets.databaseArn,
    ApiUrl: `http://127.0.0.1:${apiPort}/`,
    ApiId: 'local',
    OperatorTaskDefinitionArn: 'local',
    OperatorSecurityGroupId: 'local',
    OperatorSubnetIds: 'local',
    ExportBucketName: 'local',
    VpcId: 'local',
    DataKeyArn: 'local',
    AlarmTopicArn: 'local',
    DashboardName: 'local',
    LocalKinesisEndpoint: kinesisEndpoint,
    LocalDatabasePort: String(database.port),
    LocalDatabaseCaFile: database.caFile,
    LocalSecretsManagerEndpoint: secretsManagerEndpoint,
    ...more,
  };
}

/** Name of the database, as in a deployment. */
export function databaseName({ workload }: TenantSettings): string {
  return workload;
}
