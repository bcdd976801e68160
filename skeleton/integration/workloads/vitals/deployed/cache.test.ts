import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ReplicationGroup,
} from '@aws-sdk/client-elasticache';
import { describeDeployed } from '../../../support/deployed';

const NO_CACHE = 'No cache: the settings name no auth token (secrets.cacheAuthTokenArn).\n';

describeDeployed('the deployed cache', (outputs) => {
  let elastiCache: ElastiCacheClient;
  let group: ReplicationGroup | undefined;

  beforeAll(async () => {
    elastiCache = new ElastiCacheClient({ region: outputs().Region });
    const id = outputs().CacheReplicationGroupId;
    if (id === undefined) {
      process.stdout.write(NO_CACHE);
      return;
    }
    const { ReplicationGroups } = await elastiCache.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }),
    );
    group = ReplicationGroups?.[0];
  });
  afterAll(() => elastiCache.destroy());

  test('speaks TLS only, to who brings the token, and is encrypted with the pipeline’s own key', () => {
    if (outputs().CacheReplicationGroupId === undefined) return;

    expect(group).toMatchObject({
      Status: 'available',
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AuthTokenEnabled: true,
      AtRestEncryptionEnabled: true,
      KmsKeyId: outputs().DataKeyArn,
      SnapshotRetentionLimit: 0,
    });
    const { Address, Port } = group?.ConfigurationEndpoint ?? {};
    expect(outputs().CacheEndpoint).toBe(`${Address}:${Port}`);
  });

  test('is a cluster of two node groups or more, each over two zones, and fails over by itself', () => {
    if (outputs().CacheReplicationGroupId === undefined) return;
    const groups = group?.NodeGroups ?? [];

    expect(group).toMatchObject({ ClusterEnabled: true, MultiAZ: 'enabled', AutomaticFailover: 'enabled' });
    expect(groups.length).toBeGreaterThanOrEqual(2);
    for (const { NodeGroupMembers } of groups) {
      const zones = new Set(NodeGroupMembers?.map(({ PreferredAvailabilityZone }) => PreferredAvailabilityZone));
      expect(zones.size).toBeGreaterThanOrEqual(2);
    }
  });

  test('writes its engine’s log into a group with a key and a retention, and no log of commands', async () => {
    if (outputs().CacheReplicationGroupId === undefined) return;
    const deliveries = group?.LogDeliveryConfigurations ?? [];
    const name = deliveries[0]?.DestinationDetails?.CloudWatchLogsDetails?.LogGroup;
    const logs = new CloudWatchLogsClient({ region: outputs().Region });
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    const logGroup = logGroups?.find(({ logGroupName }) => logGroupName === name);

    expect(deliveries).toEqual([expect.objectContaining({ LogType: 'engine-log', Status: 'active' })]);
    expect(logGroup?.kmsKeyId).toMatch(/^arn:aws[a-z-]*:kms:/);
    expect(logGroup?.retentionInDays).toBeGreaterThanOrEqual(365);
    logs.destroy();
  });
});
