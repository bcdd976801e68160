import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** An existing secret of the tenant's. */
export interface ExistingSecret {
  /** Complete ARN, with the six characters that Secrets Manager appends. */
  readonly arn: string;
  /** Key that encrypts it. Default: the account's `aws/secretsmanager`, whose policy lets the account's principals use it through the service. */
  readonly keyArn: string | undefined;
}

/** What a principal must be allowed to read a secret. CDK drops the grant for its key silently, since it cannot tell that of an imported one. */
export function readSecretStatements(scope: Construct, { arn, keyArn }: ExistingSecret): PolicyStatement[] {
  const read = new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] });
  if (keyArn === undefined) return [read];
  const decrypt = new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com` },
    },
  });
  return [read, decrypt];
}
