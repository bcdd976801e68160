import { CfnResource, CustomResourceProviderBase, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { z } from 'zod';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';

/** What removes the readers that scaling added to a database, where there is one that has readers. */
export const SCALED_READERS_TYPE = 'Custom::ScaledReaders';

/** The functions of custom resources, by the construct that holds each, with the name we give it. */
const PROVIDERS = {
  'Custom::S3AutoDeleteObjectsCustomResourceProvider': 'bucket-emptier',
  'Custom::VpcRestrictDefaultSGCustomResourceProvider': 'default-group-closer',
  [`${SCALED_READERS_TYPE}CustomResourceProvider`]: 'scaled-reader-remover',
} as const;

export interface CustomResourceHardeningProps {
  readonly names: Names;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * Gives the functions that CDK adds for custom resources a name, a log group with key and retention, and a role that cannot make
 * another one: left to themselves they log to a group without either, which outlives the stack.
 *
 * Call it last, when every construct that brings such a function is there.
 */
export function hardenCustomResources(scope: Construct, props: CustomResourceHardeningProps): void {
  const stack = Stack.of(scope);
  for (const [providerId, resourceType] of Object.entries(PROVIDERS)) {
    const provider = stack.node.tryFindChild(providerId);
    if (provider === undefined) continue;
    if (!(provider instanceof CustomResourceProviderBase)) throw new Error(`${provider.node.path} is not what it was.`);
    harden(scope, provider, resourceType, props);
  }
  spellOutEmptierActions(stack);
}

/** What the emptier calls, in full. CDK allows it `s3:List*` and the like. */
const EMPTIER_ACTIONS = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:GetBucketPolicy',
  's3:GetBucketTagging',
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:PutBucketPolicy',
];

function spellOutEmptierActions(stack: Stack): void {
  for (const policy of stack.node.findAll().filter((construct) => construct instanceof CfnBucketPolicy)) {
    const { Statement } = policyDocumentSchema.parse(stack.resolve(policy.policyDocument));
    const index = Statement.findIndex(({ Action }) => Array.isArray(Action) && Action.includes('s3:List*'));
    if (index >= 0) policy.addPropertyOverride(`PolicyDocument.Statement.${index}.Action`, EMPTIER_ACTIONS);
  }
}

const policyDocumentSchema = z.looseObject({
  Statement: z.array(z.looseObject({ Action: z.union([z.string(), z.array(z.string())]) })),
});

function harden(
  scope: Construct,
  provider: CustomResourceProviderBase,
  resourceType: string,
  props: CustomResourceHardeningProps,
): void {
  const { names, logKey, logRetentionDays } = props;
  const functionName = names.of(resourceType);
  const handler = resource(provider, 'Handler');
  const role = resource(provider, 'Role');
  const logGroup = new EncryptedLogGroup(scope, `${resourceType}-logs`, {
    logGroupName: `/aws/lambda/${functionName}`,
    key: logKey,
    retentionDays: logRetentionDays,
  });
  handler.addPropertyOverride('FunctionName', functionName);
  handler.addPropertyOverride('Architectures', ['arm64']);
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
  handler.node.addDependency(logGroup);

  role.addPropertyOverride('RoleName', functionName);
  // The managed policy that CDK attaches may create log groups, all of them. This may write to its own.
  role.addPropertyDeletionOverride('ManagedPolicyArns');
  provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: [logGroup.logGroupArn],
  });
}

function resource(provider: Construct, id: string): CfnResource {
  const child = provider.node.findChild(id);
  if (!(child instanceof CfnResource)) throw new Error(`${child.node.path} is not what it was.`);
  return child;
}
