import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { cfn } from './cfn';

export interface LoggedBucketProps {
  readonly bucketName: string;
  readonly accessLogBucketName: string;
  /** Where the access log lies in the bucket that receives it, ending in a slash. */
  readonly accessLogPrefix: string;
  readonly key: IKey;
  /** Days after which an object is deleted. Default: never; whoever put it there deletes it. */
  readonly retentionDays?: number;
  /** Days that a deleted or replaced object can still be had back. */
  readonly replacedRetentionDays: number;
  /** Days after which objects, read seldom by then, move to a cheaper class that answers as fast. Default: never. */
  readonly seldomReadAfterDays?: number;
  /** Days that the access log is kept. */
  readonly accessLogRetentionDays: number;
  /** Why no copy may lie in another region. */
  readonly residencyReason: string;
}

export interface LoggedBucket {
  readonly bucket: Bucket;
  readonly accessLogs: Bucket;
}

/**
 * Makes a private bucket under a key of the stack's, TLS 1.2 or higher only, and a second one with the log of who touched what in it. Both
 * are emptied and deleted with the stack, the log last.
 */
export function loggedBucket(scope: Construct, props: LoggedBucketProps): LoggedBucket {
  const { account, partition } = Stack.of(scope);
  const accessLogs = new Bucket(scope, 'AccessLogs', {
    ...privateBucket({
      retentionDays: props.accessLogRetentionDays,
      replacedRetentionDays: props.replacedRetentionDays,
    }),
    bucketName: props.accessLogBucketName,
    encryption: BucketEncryption.S3_MANAGED,
  });
  // By name: a reference to the bucket would make each of the two wait for the other.
  accessLogs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AccessLogOfTheBucket',
      principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [accessLogs.arnForObjects(`${props.accessLogPrefix}*`)],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::${props.bucketName}` },
      },
    }),
  );
  const bucket = new Bucket(scope, 'Bucket', {
    ...privateBucket(props),
    bucketName: props.bucketName,
    encryption: BucketEncryption.KMS,
    encryptionKey: props.key,
    bucketKeyEnabled: true,
  });
  cfn(bucket, CfnBucket).loggingConfiguration = {
    destinationBucketName: accessLogs.bucketName,
    logFilePrefix: props.accessLogPrefix,
  };
  // Destroying goes the other way round: first the bucket, then what logs access to it.
  bucket.node.addDependency(accessLogs);
  for (const one of [accessLogs, bucket]) {
    acknowledge(one, { hipaa: ['S3BucketReplicationEnabled'] }, props.residencyReason);
  }
  acknowledge(
    accessLogs,
    { hipaa: ['S3DefaultEncryptionKMS'] },
    'S3 delivers server access logs only to buckets under SSE-S3 (Amazon S3 User Guide, "Enabling Amazon S3 server access logging"). They name files, no patient.',
  );
  return { bucket, accessLogs };
}

type Lifetime = Pick<LoggedBucketProps, 'retentionDays' | 'replacedRetentionDays' | 'seldomReadAfterDays'>;

function privateBucket({ retentionDays, replacedRetentionDays, seldomReadAfterDays }: Lifetime) {
  return {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      {
        ...(retentionDays === undefined ? {} : { expiration: Duration.days(retentionDays) }),
        noncurrentVersionExpiration: Duration.days(replacedRetentionDays),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
        ...(seldomReadAfterDays === undefined
          ? {}
          : {
              transitions: [
                {
                  storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
                  transitionAfter: Duration.days(seldomReadAfterDays),
                },
              ],
            }),
      },
    ],
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  };
}
