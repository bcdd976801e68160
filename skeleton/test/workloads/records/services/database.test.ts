import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  CONNECTIONS_OF_A_PROCESSOR,
  CONNECTIONS_OF_A_REQUEST,
  processorsMax,
} from '../../../../src/foundation/connection-plan';
import { DATABASE_PARAMETERS } from '../../../../src/foundation/database-parameters';
import { connectionsMax, INSTANCE_SIZES, instanceClass } from '../../../../src/foundation/instance-size';
import { DATABASE_INSTANCE_CLASSES, REGIONS } from '../../../../src/tenant';
import { RECORDS, RECORDS_OTHER_CHOICES } from '../../../foundation/support/settings';
import type { AnswersChange } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

describe('the database of records', () => {
  const { only, ofType, resources, outputs } = synthesize(RECORDS);
  const instance = only('AWS::RDS::DBInstance');

  it('is PostgreSQL 17 in two zones, encrypted by the data key, backed up, not public, and goes with the stack', () => {
    expect(instance.Properties).toMatchObject({
      Engine: 'postgres',
      EngineVersion: expect.stringMatching(/^17\.\d+$/),
      MultiAZ: true,
      StorageEncrypted: true,
      PubliclyAccessible: false,
      BackupRetentionPeriod: 35,
      DeleteAutomatedBackups: true,
      DeletionProtection: false,
      CopyTagsToSnapshot: true,
      AutoMinorVersionUpgrade: true,
      EnableIAMDatabaseAuthentication: true,
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      Port: '5432',
      DBName: 'records',
    });
    expect(JSON.stringify(instance.Properties.KmsKeyId)).toContain('KeysData');
    expect(instance).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    // Where two zones are asked for, naming one is refused when it is deployed.
    expect(instance.Properties.AvailabilityZone).toBeUndefined();
  });

  it('stands in the isolated subnets of three zones', () => {
    const subnets = JSON.stringify(only('AWS::RDS::DBSubnetGroup').Properties.SubnetIds);

    expect(subnets.match(/NetworkVpc(\w+?)Subnet\d/g)).toEqual([
      'NetworkVpcisolatedSubnet1',
      'NetworkVpcisolatedSubnet2',
      'NetworkVpcisolatedSubnet3',
    ]);
    expect(instance.Properties.DBSubnetGroupName).toEqual({ Ref: only('AWS::RDS::DBSubnetGroup').id });
  });

  it('is watched from the system up, each minute, under keys of the tenant’s own', () => {
    expect(instance.Properties).toMatchObject({ EnablePerformanceInsights: true, MonitoringInterval: 60 });
    expect(JSON.stringify(instance.Properties.PerformanceInsightsKMSKeyId)).toContain('KeysData');
    expect(JSON.stringify(instance.Properties.MonitoringRoleArn)).toContain('DatabaseMonitoringRole');
  });

  it('refuses connections without TLS, audits by pgaudit, and never logs a statement or its values', () => {
    expect(only('AWS::RDS::DBParameterGroup').Properties).toMatchObject({
      Family: 'postgres17',
      Parameters: DATABASE_PARAMETERS,
    });
    expect(instance.Properties.DBParameterGroupName).toEqual({ Ref: only('AWS::RDS::DBParameterGroup').id });
  });

  it('finds the log groups that RDS writes to when it starts, with key and the audit’s retention', () => {
    const groups = synthesize(RECORDS_OTHER_CHOICES)
      .ofType('AWS::Logs::LogGroup')
      .filter(({ Properties }) => String(Properties.LogGroupName).startsWith('/aws/rds/instance/database-'));
    const dependencies = synthesize(RECORDS_OTHER_CHOICES).only('AWS::RDS::DBInstance').DependsOn;

    expect(groups.map(({ Properties }) => /\w+$/.exec(String(Properties.LogGroupName))?.[0])).toEqual(
      instance.Properties.EnableCloudwatchLogsExports,
    );
    for (const { id, Properties } of groups) {
      expect(Properties).toMatchObject({ RetentionInDays: 2192, KmsKeyId: expect.anything() });
      expect(dependencies).toContain(id);
    }
  });

  it('takes its user from the tenant’s existing secret, by complete ARN, attaches and rotates it, and makes none', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-2:111122223333:secret:st-luke/database-a1B2c3';

    expect(instance.Properties.MasterUserPassword).toBe(`{{resolve:secretsmanager:${arn}:SecretString:password::}}`);
    const attachment = only('AWS::SecretsManager::SecretTargetAttachment');
    expect(attachment.Properties).toMatchObject({
      SecretId: arn,
      TargetId: { Ref: instance.id },
      TargetType: 'AWS::RDS::DBInstance',
    });
    const schedule = only('AWS::SecretsManager::RotationSchedule');
    expect(schedule.Properties).toMatchObject({
      SecretId: { Ref: attachment.id },
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
    });
    expect(schedule.DependsOn).toContain(instance.id);
    expect(resources.map(({ Type }) => Type)).not.toContain('AWS::SecretsManager::Secret');
  });

  it('is reached by processors, the two functions that read, operator and rotation only', () => {
    const rules = ofType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties);

    expect(
      rules
        .map(({ SourceSecurityGroupId }) => /"(\w+?)SecurityGroup/.exec(JSON.stringify(SourceSecurityGroupId))?.[1])
        .sort(),
    ).toEqual(['ApiFunction', 'AuditFunction', 'Operator', 'Processor', 'Rotation']);
    for (const rule of rules) expect(rule).toMatchObject({ FromPort: 5432, ToPort: 5432 });
  });

  it('is there before a processor starts', () => {
    expect(only('AWS::ECS::Service').DependsOn).toContain(instance.id);
  });

  it('has an address in the outputs, and none for reading', () => {
    expect(outputs.DatabaseEndpoint?.Value).toEqual({ 'Fn::GetAtt': [instance.id, 'Endpoint.Address'] });
    expect(outputs).not.toHaveProperty('DatabaseReaderEndpoint');
  });
});

describe('the size of the database of records', () => {
  const sized = (capacity: AnswersChange['capacity']) =>
    synthesize({ ...RECORDS, ...(capacity === undefined ? {} : { capacity }) }).only('AWS::RDS::DBInstance').Properties;

  it('follows the peak, or what the tenant sets, on storage that grows tenfold by default', () => {
    expect(sized({ peakEventsPerSecond: 1000 })).toMatchObject({
      DBInstanceClass: 'db.r6g.large',
      StorageType: 'gp3',
      AllocatedStorage: '100',
      MaxAllocatedStorage: 1000,
    });
    expect(synthesize(RECORDS_OTHER_CHOICES).only('AWS::RDS::DBInstance').Properties).toMatchObject({
      DBInstanceClass: 'db.r6g.4xlarge',
      AllocatedStorage: '500',
      MaxAllocatedStorage: 65_536,
      BackupRetentionPeriod: 7,
    });
  });

  it('stays where the limit leaves no room to grow, since RDS refuses a limit that is hardly above it', () => {
    expect(sized({ databaseStorageGibibytes: 500, databaseStorageMaxGibibytes: 549 })).not.toHaveProperty(
      'MaxAllocatedStorage',
    );
    expect(sized({ databaseStorageGibibytes: 500, databaseStorageMaxGibibytes: 550 })).toMatchObject({
      MaxAllocatedStorage: 550,
    });
  });

  it('knows cores and memory of every class that the settings allow, and grows with the peak', () => {
    expect(Object.keys(INSTANCE_SIZES)).toEqual([...DATABASE_INSTANCE_CLASSES]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 5_000 }), (peak, more) => {
        const [cores, coresOfMore] = [peak, peak + more].map((rate) => INSTANCE_SIZES[instanceClass(rate)].cores);
        expect(coresOfMore).toBeGreaterThanOrEqual(cores ?? 0);
      }),
    );
    expect(instanceClass(20_000)).toBe('r6g.8xlarge');
  });

  it('bounds the processors, so that with all functions busy there are connections left for people', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DATABASE_INSTANCE_CLASSES), fc.integer({ min: 0, max: 100 }), (name, requests) => {
        const processors = processorsMax(connectionsMax(name), requests);
        const open = processors * CONNECTIONS_OF_A_PROCESSOR + requests * CONNECTIONS_OF_A_REQUEST;

        expect(processors).toBeGreaterThan(40);
        expect(connectionsMax(name) - open).toBeGreaterThanOrEqual(50);
      }),
    );
    const { Properties } = synthesize({ ...RECORDS, capacity: { shards: 500 } }).only(
      'AWS::ApplicationAutoScaling::ScalableTarget',
    );
    expect(Properties.MaxCapacity).toBe(processorsMax(connectionsMax('r6g.large'), 55));
  });

  // Where cfn-lint is not installed, the repository's CI installs and runs it.
  const hasCfnLint = spawnSync('cfn-lint', ['--version']).status === 0;
  (hasCfnLint ? it : it.skip)(
    `is of a class that RDS has in every region that the settings allow${hasCfnLint ? '' : ' [skipped: no cfn-lint on the PATH]'}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'instance-classes-'));
      const lint = (classes: readonly string[]) => {
        const file = join(folder, 'template.json');
        const { EngineVersion } = synthesize(RECORDS).only('AWS::RDS::DBInstance').Properties;
        const Resources = Object.fromEntries(
          classes.map((name) => [
            name.replace(/\W/g, ''),
            {
              Type: 'AWS::RDS::DBInstance',
              DeletionPolicy: 'Delete',
              UpdateReplacePolicy: 'Delete',
              Properties: { Engine: 'postgres', EngineVersion, AllocatedStorage: '100', DBInstanceClass: `db.${name}` },
            },
          ]),
        );
        writeFileSync(file, JSON.stringify({ Resources }));
        return spawnSync('cfn-lint', ['--non-zero-exit-code', 'error', '-r', ...REGIONS, '-t', file], {
          encoding: 'utf8',
        });
      };
      try {
        expect(lint(DATABASE_INSTANCE_CLASSES)).toMatchObject({ status: 0, stdout: '' });
        // It would tell: there is no such class.
        expect(lint(['r6g.small']).stdout).toContain('r6g.small');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
