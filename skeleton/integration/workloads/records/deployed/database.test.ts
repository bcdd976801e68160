import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  type DBInstance,
  paginateDescribeDBInstances,
  paginateDescribeDBParameters,
  RDSClient,
} from '@aws-sdk/client-rds';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the deployed database', (outputs) => {
  let rds: RDSClient;
  let instance: DBInstance | undefined;

  beforeAll(async () => {
    rds = new RDSClient({ region: outputs().Region });
    for await (const page of paginateDescribeDBInstances({ client: rds }, {})) {
      instance ??= page.DBInstances?.find(({ Endpoint }) => Endpoint?.Address === outputs().DatabaseEndpoint);
    }
  });
  afterAll(() => rds.destroy());

  test("is PostgreSQL 17 in two zones, encrypted with the pipeline's own key, backed up, and not public", () => {
    expect(instance).toMatchObject({
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      EngineVersion: expect.stringMatching(/^17\./),
      MultiAZ: true,
      StorageEncrypted: true,
      KmsKeyId: outputs().DataKeyArn,
      PubliclyAccessible: false,
      DBName: outputs().DatabaseName,
      EnabledCloudwatchLogsExports: expect.arrayContaining(['postgresql', 'upgrade']),
    });
    expect(instance?.BackupRetentionPeriod).toBeGreaterThanOrEqual(1);
    expect(instance?.SecondaryAvailabilityZone).not.toBe(instance?.AvailabilityZone);
  });

  test('is watched from the system up, and by Performance Insights under the same key', () => {
    expect(instance).toMatchObject({
      MonitoringInterval: 60,
      MonitoringRoleArn: expect.stringMatching(/:role\/database-monitoring-/),
      PerformanceInsightsEnabled: true,
      PerformanceInsightsKMSKeyId: outputs().DataKeyArn,
    });
  });

  test('takes TLS only, and audits by pgaudit without the text of statements', async () => {
    const groups = instance?.DBParameterGroups ?? [];
    const inForce: Record<string, string | undefined> = {};
    for await (const page of paginateDescribeDBParameters(
      { client: rds },
      { DBParameterGroupName: groups[0]?.DBParameterGroupName, Source: 'user' },
    )) {
      for (const { ParameterName = '', ParameterValue } of page.Parameters ?? []) {
        inForce[ParameterName] = ParameterValue;
      }
    }

    expect(groups.map(({ ParameterApplyStatus }) => ParameterApplyStatus)).toEqual(['in-sync']);
    expect(inForce).toMatchObject({
      'rds.force_ssl': '1',
      ssl_min_protocol_version: 'TLSv1.2',
      shared_preload_libraries: expect.stringContaining('pgaudit'),
      'pgaudit.role': 'rds_pgaudit',
      'pgaudit.log_parameter': '0',
      log_statement: 'none',
    });
  });

  test('writes its logs into groups with a key and a retention', async () => {
    const logs = new CloudWatchLogsClient({ region: outputs().Region });
    const prefix = `/aws/rds/instance/${instance?.DBInstanceIdentifier ?? 'none'}/`;
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix }));
    logs.destroy();

    expect(logGroups?.map(({ logGroupName }) => logGroupName?.slice(prefix.length)).sort()).toEqual([
      'postgresql',
      'upgrade',
    ]);
    for (const { kmsKeyId, retentionInDays } of logGroups ?? []) {
      expect(kmsKeyId).toMatch(/^arn:aws[a-z-]*:kms:/);
      // Six years: the log is the audit of the database.
      expect(retentionInDays).toBeGreaterThanOrEqual(2_192);
    }
  });

  test('can be destroyed with its stack', () => {
    expect(instance?.DeletionProtection).toBe(false);
  });
});
