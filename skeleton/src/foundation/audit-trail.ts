import { Stack } from 'aws-cdk-lib';
import { CfnTrail, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { ManagedPolicy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge';
import { cfn } from './cfn';
import { PipelineKey } from './keys';
import { EncryptedLogGroup } from './log-group';
import { loggedBucket } from './logged-bucket';
import type { Names } from './naming';
import { serviceRole } from './service-role';

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

    const { bucket } = loggedBucket(this, {
      bucketName: names.bucket('audit-trail'),
      accessLogBucketName: names.bucket('trail-access'),
      accessLogPrefix: 'audit-trail/',
      key,
      retentionDays: logRetentionDays,
      replacedRetentionDays: 30,
      accessLogRetentionDays: logRetentionDays,
      residencyReason:
        'Records of what happened in this region stay in it: the tenant chose the region, and for some it is a legal duty.',
    });

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
  }
}
