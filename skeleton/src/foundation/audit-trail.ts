import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { ManagedPolicy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { cfn } from './cfn';
import { PipelineKey } from './keys';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import { serviceRole } from './service-role';

/** Where the access log of the trail's bucket lies in the bucket that receives it. */
const ACCESS_LOG_PREFIX = 'audit-trail/';

export interface AuditTrailProps {
  readonly names: Names;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * CloudTrail of the account: who called which AWS API, with its own key, digests that show tampering, and delivery to CloudWatch.
 *
 * Goes with the stack: the trail stops before its bucket is emptied, and the bucket before the one that logs access to it.
 */
export class AuditTrail extends Construct {
  readonly trailName: string;

  constructor(scope: Construct, id: string, { names, logKey, logRetentionDays }: AuditTrailProps) {
    super(scope, id);
    const { account, partition, region } = Stack.of(this);
    this.trailName = names.of('audit-trail');
    const trailArn = `arn:${partition}:cloudtrail:${region}:${account}:trail/${this.trailName}`;

    const key = new PipelineKey(this, 'Key', {
      names,
      purpose: 'audit-trail',
      description: 'Encrypts the audit trail',
      serviceStatements: [
        new PolicyStatement({
          sid: 'TrailEncrypts',
          principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
          actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
          resources: ['*'],
          conditions: {
            StringEquals: { 'aws:SourceArn': trailArn },
            StringLike: {
              'kms:EncryptionContext:aws:cloudtrail:arn': `arn:${partition}:cloudtrail:*:${account}:trail/*`,
            },
          },
        }),
        new PolicyStatement({
          sid: 'TrailDescribesKey',
          principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
          actions: ['kms:DescribeKey'],
          resources: ['*'],
          conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
        }),
      ],
    });

    const bucketName = names.bucket('audit-trail');
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...bucketDefaults(logRetentionDays),
      bucketName: names.bucket('trail-access'),
      encryption: BucketEncryption.S3_MANAGED,
    });
    // By name: a reference to the bucket would make each of the two wait for the other.
    accessLogs.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AccessLogOfTheTrail',
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [accessLogs.arnForObjects(`${ACCESS_LOG_PREFIX}*`)],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::${bucketName}` },
        },
      }),
    );
    const bucket = new Bucket(this, 'Bucket', {
      ...bucketDefaults(logRetentionDays),
      bucketName,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
    });
    cfn(bucket, CfnBucket).loggingConfiguration = {
      destinationBucketName: accessLogs.bucketName,
      logFilePrefix: ACCESS_LOG_PREFIX,
    };
    // Destroying goes the other way round: first the bucket, then what logs access to it.
    bucket.node.addDependency(accessLogs);

    const logGroup = new EncryptedLogGroup(this, 'LogGroup', {
      logGroupName: `/pipeline/${this.trailName}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    const role = serviceRole(this, 'Role', {
      service: 'cloudtrail.amazonaws.com',
      roleName: names.of('audit-trail'),
      sourceArn: trailArn,
    });
    // CloudTrail names its stream by account and region, and appends to it (CloudTrail User Guide, "Role policy document for CloudTrail").
    const logStreams = `arn:${partition}:logs:${region}:${account}:log-group:/pipeline/${this.trailName}:log-stream:${account}_CloudTrail_${region}*`;
    const policy = new ManagedPolicy(this, 'Policy', {
      managedPolicyName: names.of('audit-trail'),
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logStreams] }),
      ],
    });
    acknowledgeWildcard(
      policy,
      logStreams,
      'The trail may write to its own streams, whose names CloudTrail ends as it likes.',
    );

    const trail = new Trail(this, 'Trail', {
      trailName: this.trailName,
      bucket,
      encryptionKey: key,
      enableFileValidation: true,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: true,
    });
    // Set here rather than through the construct, which would write an inline policy into a role of its own.
    const cfnTrail = cfn(trail, CfnTrail);
    cfnTrail.cloudWatchLogsLogGroupArn = logGroup.logGroupArn;
    cfnTrail.cloudWatchLogsRoleArn = role.roleArn;
    // Destroying stops the trail before its bucket is emptied: a bucket that is written to meanwhile would not be empty.
    trail.node.addDependency(bucket, policy);

    acknowledgeBuckets(accessLogs, bucket);
  }
}

function bucketDefaults(retentionDays: number) {
  return {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      {
        expiration: Duration.days(retentionDays),
        noncurrentVersionExpiration: Duration.days(30),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  };
}

function acknowledgeBuckets(accessLogs: Bucket, bucket: Bucket): void {
  for (const one of [accessLogs, bucket]) {
    acknowledge(
      one,
      { hipaa: ['S3BucketReplicationEnabled'] },
      'Records of what happened in this region stay in it: the tenant chose the region, and for some it is a legal duty.',
    );
  }
  acknowledge(
    accessLogs,
    { hipaa: ['S3DefaultEncryptionKMS'] },
    'S3 delivers server access logs only to buckets under SSE-S3 (Amazon S3 User Guide, "Enabling Amazon S3 server access logging"). They name log files, no patient.',
  );
}
