import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Names } from './naming';

/** What a program asks of such a key. */
export const GENERATE_MAC = 'kms:GenerateMac';

/** Everything that the account's own IAM policies may allow on the key: its care, and to compute with it. It encrypts nothing. */
const KEY_ACTIONS = [
  'CancelKeyDeletion',
  'CreateAlias',
  'DeleteAlias',
  'DescribeKey',
  'DisableKey',
  'EnableKey',
  'GenerateMac',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListAliases',
  'ListGrants',
  'ListKeyPolicies',
  'ListResourceTags',
  'PutKeyPolicy',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
].map((action) => `kms:${action}`);

export interface HmacKeyProps {
  readonly names: Names;
  /** Names the key's alias, `alias/{purpose}-{suffix}`. */
  readonly purpose: string;
  readonly description: string;
}

/**
 * A key that makes the same code of the same text, and that nobody can read out. It does not rotate: KMS offers that of keys that encrypt only
 * (AWS KMS Developer Guide, "Rotate AWS KMS keys"), and what was made with the old key would no longer match what the new one makes.
 */
export class HmacKey extends Key {
  constructor(scope: Construct, id: string, { names, purpose, description }: HmacKeyProps) {
    super(scope, id, {
      alias: `alias/${names.of(purpose)}`,
      description,
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'AccountDecidesByIam',
            principals: [new AccountRootPrincipal()],
            actions: KEY_ACTIONS,
            resources: ['*'],
          }),
        ],
      }),
    });
  }
}
