import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Names } from './naming';

/**
 * Everything that the account's own IAM policies may allow on a key. The usual `kms:*` says the same in one character;
 * the list says it so that no policy of this stack has a wildcard action.
 */
const KEY_ACTIONS_OF_THE_ACCOUNT = [
  'CancelKeyDeletion',
  'CreateAlias',
  'CreateGrant',
  'Decrypt',
  'DeleteAlias',
  'DescribeKey',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListAliases',
  'ListGrants',
  'ListKeyPolicies',
  'ListKeyRotations',
  'ListResourceTags',
  'PutKeyPolicy',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
  'RevokeGrant',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
].map((action) => `kms:${action}`);

/** What a service needs to write and read with a key on its own behalf. */
export const KEY_ACTIONS_OF_A_SERVICE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

export interface PipelineKeyProps {
  readonly names: Names;
  /** What the key encrypts: names it and its alias, `alias/{purpose}-{suffix}`. */
  readonly purpose: string;
  readonly description: string;
  /** Statements for services that use the key by themselves. Default: none; callers use it by their own IAM policy. */
  readonly serviceStatements?: readonly PolicyStatement[];
}

/**
 * A customer-managed key that rotates every year. Deletion waits for the shortest window there is, seven days, while the alias
 * goes with the stack, so that the same suffix can be deployed again at once.
 */
export class PipelineKey extends Key {
  constructor(scope: Construct, id: string, { names, purpose, description, serviceStatements = [] }: PipelineKeyProps) {
    super(scope, id, {
      alias: `alias/${names.of(purpose)}`,
      description,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'AccountDecidesByIam',
            principals: [new AccountRootPrincipal()],
            actions: KEY_ACTIONS_OF_THE_ACCOUNT,
            resources: ['*'],
          }),
          ...serviceStatements,
        ],
      }),
    });
  }
}

export interface KeysProps {
  readonly names: Names;
}

/** The keys that every pipeline has. The audit trail brings its own. */
export class Keys extends Construct {
  /** Encrypts patient data: stream, database, and the environment of functions. */
  readonly data: Key;
  /** Encrypts what is written about the pipeline: log groups and alarm notifications. */
  readonly telemetry: Key;

  constructor(scope: Construct, id: string, { names }: KeysProps) {
    super(scope, id);
    const { account, partition, region } = Stack.of(this);
    this.data = new PipelineKey(this, 'Data', {
      names,
      purpose: 'data',
      description: 'Encrypts patient data at rest: stream, database, function environment',
    });
    this.telemetry = new PipelineKey(this, 'Telemetry', {
      names,
      purpose: 'telemetry',
      description: 'Encrypts log groups and alarm notifications',
      serviceStatements: [
        new PolicyStatement({
          sid: 'LogGroupsOfThisAccount',
          principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
          actions: KEY_ACTIONS_OF_A_SERVICE,
          resources: ['*'],
          conditions: {
            ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
          },
        }),
        new PolicyStatement({
          sid: 'AlarmsOfThisAccount',
          principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions: {
            StringEquals: {
              'aws:SourceAccount': account,
              'kms:EncryptionContext:aws:sns:topicArn': `arn:${partition}:sns:${region}:${account}:${names.of('alarms')}`,
            },
          },
        }),
      ],
    });
  }
}
