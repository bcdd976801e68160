import { synthesize } from './support/synthesis';

const KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const ELSEWHERE = { secrets: { rotation: 'managedElsewhere' } } as const;

describe('the rotation of the database’s password', () => {
  const { only, ofType, template, outputs } = synthesize();
  const schedule = only('AWS::SecretsManager::RotationSchedule');
  const rotation = schedule.Properties.HostedRotationLambda;

  // No tool misses the transform, or knows a misspelt type: the deployment would fail.
  it('is AWS’s own for PostgreSQL with one user, by the transform that writes its function', () => {
    expect(template.toJSON()).toMatchObject({ Transform: 'AWS::SecretsManager-2024-09-16' });
    expect(rotation).toMatchObject({
      RotationType: 'PostgreSQLSingleUser',
      RotationLambdaName: 'database-rotation-prod',
    });
  });

  it('happens by the tenant’s days, and once when the schedule is made', () => {
    expect(schedule.Properties).toMatchObject({
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
      RotateImmediatelyOnUpdate: true,
    });
    const daily = synthesize({ secrets: { rotationDays: 1 } }).only('AWS::SecretsManager::RotationSchedule');
    expect(daily.Properties).toMatchObject({ RotationRules: { ScheduleExpression: 'rate(1 day)' } });
  });

  it('changes the existing secret, as attached to the database, and makes none', () => {
    expect(schedule.Properties.SecretId).toEqual({ Ref: only('AWS::SecretsManager::SecretTargetAttachment').id });
    expect(() => ofType('AWS::SecretsManager::Secret')).toThrow('has no');
    expect(() => ofType('AWS::SecretsManager::ResourcePolicy')).toThrow('has no');
  });

  it('chooses no character that RDS refuses', () => {
    expect(rotation).toMatchObject({ ExcludeCharacters: expect.stringMatching(/^(?=.*\/)(?=.*@)(?=.*")(?=.* )/) });
  });

  it('runs in the private subnets, in a group that nothing enters and that reaches AWS and the database only', () => {
    const group = ofType('AWS::EC2::SecurityGroup').find(
      ({ Properties }) => Properties.GroupName === 'database-rotation-prod',
    );

    expect(JSON.stringify(rotation)).toContain(`"VpcSecurityGroupIds":{"Fn::GetAtt":["${group?.id}","GroupId"]}`);
    expect(JSON.stringify(rotation).match(/NetworkVpc(\w+?)Subnet\d/g)).toEqual(
      [1, 2, 3].map((number) => `NetworkVpcprivateSubnet${number}`),
    );
    expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
    expect(group?.Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ FromPort: 443, ToPort: 443 })]);
  });

  it('may ask Secrets Manager through the network’s endpoint for what it needs', () => {
    const needed = [
      'DescribeSecret',
      'GetRandomPassword',
      'GetSecretValue',
      'PutSecretValue',
      'UpdateSecretVersionStage',
    ];
    expect(allowedAtEndpoint(synthesize())).toEqual(needed.map((action) => `secretsmanager:${action}`));
    expect(allowedAtEndpoint(synthesize(ELSEWHERE))).toEqual(['secretsmanager:GetSecretValue']);
  });

  it('begins when database, way and log group are there', () => {
    const log = ofType('AWS::Logs::LogGroup').find(
      ({ Properties }) => Properties.LogGroupName === '/aws/lambda/database-rotation-prod',
    );
    const dependencies = schedule.DependsOn.join(' ');

    expect(schedule.DependsOn).toContain(log?.id);
    expect(dependencies).toMatch(/DatabaseClusterWriter|DatabaseInstance/);
    expect(dependencies).toMatch(/NetworkEndpointsSecretsManager/);
    for (const rule of [...ofType('AWS::EC2::SecurityGroupIngress'), ...ofType('AWS::EC2::SecurityGroupEgress')]) {
      if (!/Rotation/.test(JSON.stringify(rule.Properties))) continue;
      expect(schedule.DependsOn).toContain(rule.id);
    }
  });

  it('may decrypt a secret that has a key of its own', () => {
    expect(rotation).not.toHaveProperty('KmsKeyArn');
    expect(
      synthesize({ secrets: { databaseKeyArn: KEY_ARN } }).only('AWS::SecretsManager::RotationSchedule').Properties
        .HostedRotationLambda,
    ).toMatchObject({ KmsKeyArn: KEY_ARN });
  });

  it('is told in the outputs', () => {
    expect(outputs.RotationFunctionName?.Value).toBe('database-rotation-prod');
  });

  it('is left out, transform included, where the secret’s owner rotates it', () => {
    const elsewhere = synthesize(ELSEWHERE);

    expect(elsewhere.template.toJSON()).not.toHaveProperty('Transform');
    expect(JSON.stringify(elsewhere.resources)).not.toMatch(/otation(Schedule|Lambda)|database-rotation/);
    expect(Object.keys(elsewhere.outputs)).not.toContain('RotationFunctionName');
  });
});

function allowedAtEndpoint({ ofType }: ReturnType<typeof synthesize>): string[] {
  const endpoint = ofType('AWS::EC2::VPCEndpoint').find(({ id }) => id.includes('SecretsManager'));
  const actions = JSON.stringify(endpoint?.Properties.PolicyDocument).match(/secretsmanager:\w+/g) ?? [];
  return [...actions].sort();
}
