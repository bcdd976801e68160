import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge';
import { loggedBucket } from './logged-bucket';
import type { LoggedBucket } from './logged-bucket';
import type { Names } from './naming';
import type { Network } from './network';

/** What the programs do with a scan's objects. Storing reads too: a derivative takes the ranges that it shares with its original from there. */
const STORE_ACTIONS = ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'];
const READ_ACTIONS = ['s3:GetObject'];
const REMOVE_ACTIONS = ['s3:DeleteObject', 's3:GetObject'];
/** Without it S3 says of what is missing that it is forbidden (Amazon S3 API Reference, GetObject, "Permissions"). */
const TELL_MISSING_ACTIONS = ['s3:ListBucket'];

/** Days after which a scan is read seldom: for a comparison, years later. It then costs a fifth to keep, and answers as fast. */
const SELDOM_READ_AFTER_DAYS = 90;

export interface ScanBucketProps {
  readonly names: Names;
  readonly network: Network;
  readonly dataKey: IKey;
  /** Days that a deleted object can still be had back: as long as backups of the database that knows it. */
  readonly deletedRetentionDays: number;
  /** Days that is kept who fetched what. */
  readonly accessLogRetentionDays: number;
}

/**
 * Originals, previews and de-identified derivatives: encrypted by the data key, reached by TLS and by this account's principals only, kept until
 * somebody deletes them. Who touched an object is in the bucket's own access log.
 *
 * It keeps versions. No program overwrites an object with other bytes, since the hash of the original is in the key; but what is deleted by
 * mistake can be had back, and an erasure is final after the same days as in the database's backups.
 */
export class ScanBucket extends Construct {
  readonly bucket: Bucket;
  /** Receives the log of the bucket, and may receive others', under prefixes of their own. */
  readonly accessLogs: LoggedBucket['accessLogs'];
  private readonly arn: string;
  private readonly objects: string;
  private readonly dataKey: IKey;

  constructor(scope: Construct, id: string, props: ScanBucketProps) {
    super(scope, id);
    const { names, network, dataKey } = props;
    const bucketName = names.bucket('scans');
    // By name: a reference would make the network wait for the bucket.
    this.arn = `arn:${Stack.of(this).partition}:s3:::${bucketName}`;
    this.objects = `${this.arn}/*`;
    this.dataKey = dataKey;
    const made = loggedBucket(this, {
      bucketName,
      accessLogBucketName: names.bucket('scans-access'),
      accessLogPrefix: 'scans/',
      key: dataKey,
      replacedRetentionDays: props.deletedRetentionDays,
      seldomReadAfterDays: SELDOM_READ_AFTER_DAYS,
      accessLogRetentionDays: props.accessLogRetentionDays,
      residencyReason:
        'Scans stay in the region that the tenant chose, for some by law; S3 keeps each in three zones of it, and no copy leaves it.',
    });
    this.bucket = made.bucket;
    this.accessLogs = made.accessLogs;
    network.endpoints.allowS3([...new Set([...STORE_ACTIONS, ...READ_ACTIONS, ...REMOVE_ACTIONS])], this.objects);
    network.endpoints.allowS3(TELL_MISSING_ACTIONS, this.arn);
  }

  /** What a program must be allowed to store scans. It deletes none. */
  storeStatements(): PolicyStatement[] {
    return [this.statement('StoreScans', STORE_ACTIONS), this.keyStatement(['kms:Decrypt', 'kms:GenerateDataKey'])];
  }

  /** What a program must be allowed to read them. */
  readStatements(): PolicyStatement[] {
    return [this.statement('ReadScans', READ_ACTIONS), this.keyStatement(['kms:Decrypt'])];
  }

  /** What a program must be allowed to read and delete them, and to know which are gone. */
  removeStatements(): PolicyStatement[] {
    return [
      this.statement('RemoveScans', REMOVE_ACTIONS),
      new PolicyStatement({ sid: 'KnowMissingScans', actions: TELL_MISSING_ACTIONS, resources: [this.arn] }),
      this.keyStatement(['kms:Decrypt']),
    ];
  }

  /** Says why a policy with one of these may name every object of the bucket. */
  acknowledgeObjects(policy: Construct): void {
    acknowledgeWildcard(policy, this.objects, 'Each scan is an object of its own, whose name is not known before.');
  }

  /** Lets load balancers of this account write their logs below a prefix. Ends in no slash. */
  receiveLoadBalancerLogs(prefix: string): void {
    const { account } = Stack.of(this);
    this.accessLogs.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogOfTheLoadBalancer',
        // Elastic Load Balancing User Guide, "Connection logs for your Application Load Balancer".
        principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [this.accessLogs.arnForObjects(`${prefix}/AWSLogs/${account}/*`)],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }

  private statement(sid: string, actions: readonly string[]): PolicyStatement {
    return new PolicyStatement({ sid, actions: [...actions], resources: [this.objects] });
  }

  private keyStatement(actions: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      sid: 'KeyOfScans',
      actions: [...actions],
      resources: [this.dataKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` } },
    });
  }
}
