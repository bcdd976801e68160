import { CfnOutput } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';

/**
 * The flat list of outputs: what a deployment tells the outside, and all that the integration suite reads
 * (`cfn-outputs/flat-outputs.json`). Never a secret, never patient data.
 */
export const OUTPUTS = {
  Target: 'Where the pipeline runs: aws when deployed; the local stack writes local',
  Region: 'AWS region of the pipeline',
  EnvironmentSuffix: 'Suffix that ends every physical name',
  TenantId: 'Id of the tenant, as in tenant.json',
  KinesisStreamName: 'Name of the stream that events are written to',
  KinesisStreamArn: 'ARN of the stream that events are written to',
  EcsClusterName: 'ECS cluster of the processors',
  ProcessorServiceName: 'ECS service of the processors',
  ProcessorLogGroupName: 'Log group of the processors',
  IngestLogGroupName: 'Log group of the program that takes in what is sent through the API',
  AuditFunctionName: 'Function that answers the record of accesses through the API; absent where the API does not',
  DatabaseEndpoint: 'Host name of the database writer',
  DatabaseReaderEndpoint: 'Host name of the database reader; absent where the database has none',
  DatabaseName: 'Name of the database: the workload',
  DatabaseSecretArn: 'ARN of the secret with user name and password of the database (the ARN, never the value)',
  CacheEndpoint: 'Host name and port of the cache; absent without one (secrets.cacheAuthTokenArn)',
  CacheReplicationGroupId: 'Id of the replication group of the cache; absent without one',
  RotationFunctionName:
    'Function that rotates the secret of the database; absent where its owner rotates it (secrets.rotation)',
  ApiUrl:
    'Base URL of the API, ending in a slash; requests are signed with SigV4, or come with a client certificate where there is a DomainName',
  ApiId: 'Id of the REST API',
  DomainName: 'Name at which hospitals send and ask with a client certificate; absent where the API is signed for',
  RegionalDomainTarget:
    'What the DNS record of that name points to: a CNAME, or an alias in Route 53; absent without one',
  RegionalDomainHostedZoneId: 'Hosted zone of that target, for an alias in Route 53; absent without one',
  UploadUrl: 'URL that uploads begin at, by tus; absent where nothing is uploaded',
  UploadServiceName: 'ECS service that receives uploads; absent where nothing is uploaded',
  QueryServiceName: 'ECS service that answers queries; absent where functions do',
  QueryLogGroupName: 'Log group of that service; absent where functions answer',
  LoadBalancerArn: 'Load balancer before those services, within the network; absent without them',
  ScanBucketName: 'Bucket with originals, previews and de-identified derivatives; absent where there are none',
  FileSystemId: 'File system of what is received and worked on; absent where there is none',
  QueueEndpoint: 'Host name and port of the queue; absent without one',
  QueueReplicationGroupId: 'Id of the replication group of the queue; absent without one',
  DeidentificationKeyArn: 'KMS key that pseudonyms are made with; absent where nothing is de-identified',
  OperatorTaskDefinitionArn: "Task definition of the operator's commands; started by hand, see docs/runbook.md",
  OperatorSecurityGroupId: "Security group of the operator's tasks",
  OperatorSubnetIds: "Subnets of the operator's tasks, with commas between them",
  ExportBucketName: "Bucket that the operator's commands write patient data to; its objects live for a week",
  VpcId: 'Network of the pipeline',
  DataKeyArn: 'KMS key that encrypts patient data; producers need kms:GenerateDataKey on it',
  AlarmTopicArn: 'SNS topic that every alarm notifies',
  DashboardName: 'CloudWatch dashboard of the pipeline',
  AuditTrailName: 'CloudTrail trail of the stack; absent when the organization has one (aws.trail)',
} as const;

export type OutputName = keyof typeof OUTPUTS;

/** What only a pipeline has that receives files. */
export type FileOutputName =
  | 'DeidentificationKeyArn'
  | 'DomainName'
  | 'FileSystemId'
  | 'LoadBalancerArn'
  | 'QueryLogGroupName'
  | 'QueryServiceName'
  | 'QueueEndpoint'
  | 'QueueReplicationGroupId'
  | 'RegionalDomainHostedZoneId'
  | 'RegionalDomainTarget'
  | 'ScanBucketName'
  | 'UploadServiceName'
  | 'UploadUrl';

/** Outputs of a stack that may be absent: each for the reason that its description gives. */
export type OptionalOutputName =
  | FileOutputName
  | 'AuditFunctionName'
  | 'AuditTrailName'
  | 'CacheEndpoint'
  | 'CacheReplicationGroupId'
  | 'DatabaseReaderEndpoint'
  | 'RotationFunctionName';

export type OutputValues = Readonly<
  Record<Exclude<OutputName, OptionalOutputName>, string> & Partial<Record<OptionalOutputName, string>>
>;

/** Adds the outputs to a stack, under logical ids that are just their names. */
export function addOutputs(stack: Stack, values: OutputValues): void {
  for (const [name, description] of Object.entries(OUTPUTS)) {
    const value = values[name as OutputName];
    if (value !== undefined) new CfnOutput(stack, name, { description, value }).overrideLogicalId(name);
  }
}
