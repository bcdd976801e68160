import {
  type DBCluster,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
} from '@aws-sdk/client-rds';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the deployed database', (outputs) => {
  let rds: RDSClient;
  let cluster: DBCluster | undefined;

  beforeAll(async () => {
    rds = new RDSClient({ region: outputs().Region });
    for await (const page of paginateDescribeDBClusters({ client: rds }, {})) {
      cluster ??= page.DBClusters?.find(({ Endpoint }) => Endpoint === outputs().DatabaseEndpoint);
    }
  });
  afterAll(() => rds.destroy());

  test("is encrypted with the pipeline's own key, backed up, and exports its log", () => {
    expect(cluster).toMatchObject({
      Status: 'available',
      Engine: 'aurora-postgresql',
      EngineVersion: expect.stringMatching(/^17\./),
      StorageEncrypted: true,
      KmsKeyId: outputs().DataKeyArn,
      ReaderEndpoint: outputs().DatabaseReaderEndpoint,
      DatabaseName: outputs().DatabaseName,
      EnabledCloudwatchLogsExports: ['postgresql'],
    });
    expect(cluster?.BackupRetentionPeriod).toBeGreaterThanOrEqual(1);
  });

  test('has a writer and a reader in different zones, neither of them public', async () => {
    const zones: (string | undefined)[] = [];
    const filters = [{ Name: 'db-cluster-id', Values: [cluster?.DBClusterIdentifier ?? ''] }];
    for await (const page of paginateDescribeDBInstances({ client: rds }, { Filters: filters })) {
      for (const instance of page.DBInstances ?? []) {
        zones.push(instance.AvailabilityZone);
        expect(instance.PubliclyAccessible).toBe(false);
      }
    }

    expect(zones.length).toBeGreaterThanOrEqual(2);
    expect(new Set(zones).size).toBeGreaterThanOrEqual(2);
    expect(cluster?.DBClusterMembers?.filter(({ IsClusterWriter }) => IsClusterWriter)).toHaveLength(1);
  });

  test('can be destroyed with its stack', () => {
    expect(cluster?.DeletionProtection).toBe(false);
  });
});
