import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { cfn } from './cfn';

export interface EncryptedLogGroupProps {
  /**
   * Exact name. A service that finds no group by the name it writes to makes one itself, without key and retention,
   * which then outlives the stack: so each such group is made here first.
   */
  readonly logGroupName: string;
  readonly key: IKey;
  readonly retentionDays: number;
}

/** A log group with our key and the tenant's retention, gone with the stack. */
export class EncryptedLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { logGroupName, key, retentionDays }: EncryptedLogGroupProps) {
    super(scope, id, { logGroupName, encryptionKey: key, removalPolicy: RemovalPolicy.DESTROY });
    // The settings speak of days; CDK's enumeration of the same days cannot be made from a number.
    cfn(this, CfnLogGroup).retentionInDays = retentionDays;
  }
}
