import fc from 'fast-check';
import { OTHER_CHOICES } from './support/settings';
import { itOfStreamPipelines } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';
import { capacityUnitsMax } from '../../src/foundation/database';
import { DATABASE_PARAMETERS } from '../../src/foundation/database-parameters';

describe('the database', () => {
  const { only, ofType, resources } = synthesize();
  const cluster = only('AWS::RDS::DBCluster');

  it('is Aurora PostgreSQL 17, Serverless v2, encrypted by the data key, backed up, without protection from deletion', () => {
    expect(cluster.Properties).toMatchObject({
      Engine: 'aurora-postgresql',
      EngineVersion: expect.stringMatching(/^17\.\d+$/),
      StorageEncrypted: true,
      BackupRetentionPeriod: 35,
      DeletionProtection: false,
      DeleteAutomatedBackups: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 2, MaxCapacity: 8 },
      EnableCloudwatchLogsExports: ['postgresql'],
      CopyTagsToSnapshot: true,
      Port: 5432,
    });
    expect(JSON.stringify(cluster.Properties.KmsKeyId)).toContain('KeysData');
    expect(cluster.DeletionPolicy).toBe('Delete');
  });

  it('has a writer and a reader in different zones, each watched, with the certificate authority that clients trust', () => {
    const instances = ofType('AWS::RDS::DBInstance');

    expect(instances.map(({ Properties }) => Properties.AvailabilityZone).sort()).toEqual([
      'eu-central-1a',
      'eu-central-1b',
    ]);
    for (const { Properties, DeletionPolicy } of instances) {
      expect(Properties).toMatchObject({
        DBInstanceClass: 'db.serverless',
        CACertificateIdentifier: 'rds-ca-rsa2048-g1',
        PubliclyAccessible: false,
        EnablePerformanceInsights: true,
        MonitoringInterval: 60,
        AutoMinorVersionUpgrade: true,
      });
      expect(JSON.stringify(Properties.PerformanceInsightsKMSKeyId)).toContain('KeysData');
      expect(DeletionPolicy).toBe('Delete');
    }
  });

  it('refuses connections without TLS, and never logs a statement or its values', () => {
    const { Properties } = only('AWS::RDS::DBClusterParameterGroup');

    expect(Properties).toMatchObject({ Family: 'aurora-postgresql17', Parameters: DATABASE_PARAMETERS });
    expect(DATABASE_PARAMETERS).toMatchObject({
      'rds.force_ssl': '1',
      log_statement: 'none',
      log_min_duration_statement: '-1',
      log_min_error_statement: 'panic',
      log_error_verbosity: 'terse',
    });
  });

  itOfStreamPipelines('keeps its log, which holds the audit, for as long as a framework asks', () => {
    const group = synthesize(OTHER_CHOICES)
      .ofType('AWS::Logs::LogGroup')
      .find(({ Properties }) => `${String(Properties.LogGroupName)}`.startsWith('/aws/rds/cluster/'));

    expect(OTHER_CHOICES.compliance?.logRetentionDays).toBe(365);
    expect(group?.Properties.RetentionInDays).toBe(2192);
  });

  it('takes its user from the tenant’s existing secret, by complete ARN, and makes none', () => {
    expect(cluster.Properties.MasterUserPassword).toBe(
      '{{resolve:secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:st-luke/database-a1B2c3:SecretString:password::}}',
    );
    expect(only('AWS::SecretsManager::SecretTargetAttachment').Properties.SecretId).toBe(
      'arn:aws:secretsmanager:eu-central-1:111122223333:secret:st-luke/database-a1B2c3',
    );
    expect(resources.map(({ Type }) => Type)).not.toContain('AWS::SecretsManager::Secret');
  });

  it('finds the log group that RDS writes to when it starts', () => {
    const group = ofType('AWS::Logs::LogGroup').find(
      ({ Properties }) => Properties.LogGroupName === '/aws/rds/cluster/database-prod/postgresql',
    );

    expect(cluster.DependsOn).toContain(group?.id);
  });

  itOfStreamPipelines('is reached by processors, query function, operator and rotation only', () => {
    const rules = ofType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties);

    expect(
      rules
        .map(({ SourceSecurityGroupId }) => /"(\w+?)SecurityGroup/.exec(JSON.stringify(SourceSecurityGroupId))?.[1])
        .sort(),
    ).toEqual(['ApiFunction', 'Operator', 'Processor', 'Rotation']);
    for (const rule of rules) {
      expect(rule).toMatchObject({ FromPort: 5432, ToPort: 5432 });
      expect(JSON.stringify(rule.GroupId)).toContain('DatabaseSecurityGroup');
    }
  });

  itOfStreamPipelines('follows the tenant’s backup retention and peak', () => {
    expect(synthesize(OTHER_CHOICES).only('AWS::RDS::DBCluster').Properties).toMatchObject({
      BackupRetentionPeriod: 7,
      ServerlessV2ScalingConfiguration: { MaxCapacity: 80 },
    });
  });
});

describe('how far the database may scale up', () => {
  it('grows with the peak, within what Aurora offers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 5_000 }), (peak, more) => {
        const units = capacityUnitsMax(peak);
        expect(Number.isInteger(units) && units >= 8 && units <= 128).toBe(true);
        expect(capacityUnitsMax(peak + more)).toBeGreaterThanOrEqual(units);
      }),
    );
  });
});
