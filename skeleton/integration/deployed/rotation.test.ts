import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describeDeployed } from '../support/deployed';

const MANAGED_ELSEWHERE =
  'No rotation by the pipeline: the settings leave it to the secret’s owner (secrets.rotation).\n';

describeDeployed('the rotation of the deployed database’s password', (outputs) => {
  test('is on, by the pipeline’s function, and has happened', async () => {
    const functionName = outputs().RotationFunctionName;
    if (functionName === undefined) {
      process.stdout.write(MANAGED_ELSEWHERE);
      return;
    }
    const secretsManager = new SecretsManagerClient({ region: outputs().Region });
    // Describes the secret; its value is none of a test's business.
    const secret = await secretsManager.send(new DescribeSecretCommand({ SecretId: outputs().DatabaseSecretArn }));

    expect(secret.RotationEnabled).toBe(true);
    expect(secret.RotationLambdaARN).toMatch(new RegExp(`:function:${functionName}$`));
    expect(secret.NextRotationDate?.getTime()).toBeGreaterThan(Date.now());
    // The first rotation begins with the schedule.
    expect(secret.LastRotatedDate).toBeInstanceOf(Date);
    const stages = Object.values(secret.VersionIdsToStages ?? {}).flat();
    expect(stages.filter((stage) => stage === 'AWSCURRENT')).toHaveLength(1);
    // A version that is pending and not current is a rotation that has failed half way.
    const stuck = Object.values(secret.VersionIdsToStages ?? {}).filter(
      (of) => of.includes('AWSPENDING') && !of.includes('AWSCURRENT'),
    );
    expect(stuck).toEqual([]);
    secretsManager.destroy();
  });

  test('logs into a group with a key and a retention', async () => {
    const functionName = outputs().RotationFunctionName;
    if (functionName === undefined) return;
    const name = `/aws/lambda/${functionName}`;
    const logs = new CloudWatchLogsClient({ region: outputs().Region });
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    const group = logGroups?.find(({ logGroupName }) => logGroupName === name);

    expect(group?.kmsKeyId).toMatch(/^arn:aws[a-z-]*:kms:/);
    expect(group?.retentionInDays).toBeGreaterThanOrEqual(365);
    logs.destroy();
  });
});
