import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge';
import { loggedBucket } from './logged-bucket';
import type { Names } from './naming';
import type { Network } from './network';

/** What writing an export asks: to put it, in parts where it is large, and to take the parts back when it fails. */
const WRITE_ACTIONS = ['s3:AbortMultipartUpload', 's3:PutObject'];

/** Days that an export lives: time to fetch it and hand it over, and no archive beside the database. */
export const EXPORT_RETENTION_DAYS = 7;

export interface ExportBucketProps {
  readonly names: Names;
  readonly network: Network;
  readonly dataKey: IKey;
  /** Days that is kept who fetched what. */
  readonly accessLogRetentionDays: number;
}

/**
 * Where the operator's commands write patient data that somebody asked for: encrypted by the data key, reached by TLS and by this account's
 * principals only, gone after a week. Who touched an object is in the bucket's own access log.
 */
export class ExportBucket extends Construct {
  readonly bucket: Bucket;
  private readonly objects: string;
  private readonly dataKey: IKey;

  constructor(scope: Construct, id: string, { names, network, dataKey, accessLogRetentionDays }: ExportBucketProps) {
    super(scope, id);
    const bucketName = names.bucket('exports');
    // By name: a reference would make the network wait for the bucket.
    this.objects = `arn:${Stack.of(this).partition}:s3:::${bucketName}/*`;
    this.dataKey = dataKey;
    this.bucket = loggedBucket(this, {
      bucketName,
      accessLogBucketName: names.bucket('exports-access'),
      accessLogPrefix: 'exports/',
      key: dataKey,
      retentionDays: EXPORT_RETENTION_DAYS,
      replacedRetentionDays: 1,
      accessLogRetentionDays,
      residencyReason:
        'An export is one copy for one person, for a week: a second one in another region would be patient data that nobody asked for.',
    }).bucket;
    network.endpoints.allowS3(WRITE_ACTIONS, this.objects);
  }

  /** What a program must be allowed to write an export. It cannot read one back. */
  writeStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({ sid: 'WriteExports', actions: [...WRITE_ACTIONS], resources: [this.objects] }),
      new PolicyStatement({
        sid: 'EncryptExports',
        // Decrypt, since S3 puts a file of several parts together under one data key (Amazon S3 User Guide, "Multipart upload API and
        // permissions").
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.dataKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` } },
      }),
    ];
  }

  /** Says why a policy with {@link writeStatements} may name every object of the bucket. */
  acknowledgeWriting(policy: Construct): void {
    acknowledgeWildcard(policy, this.objects, 'Each export is an object of its own, whose name is not known before.');
  }
}
