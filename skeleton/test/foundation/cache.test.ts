import fc from 'fast-check';
import { EVERYTHING, OTHER_CHOICES } from './support/settings';
import { synthesize } from './support/synthesis';
import { cacheNodeType } from '../../src/foundation/cache';

const TOKEN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:st-luke/cache-d4E5f6';

/** What no tool checks: each would deploy, or fail only when it does. */
describe('the cache', () => {
  const { only, ofType, resources, outputs } = synthesize(EVERYTHING);
  const group = only('AWS::ElastiCache::ReplicationGroup');

  it('is Redis OSS 7.1 in cluster mode: two node groups, each over two zones, with automatic failover', () => {
    expect(group.Properties).toMatchObject({
      Engine: 'redis',
      EngineVersion: '7.1',
      ClusterMode: 'enabled',
      NumNodeGroups: 2,
      ReplicasPerNodeGroup: 1,
      MultiAZEnabled: true,
      AutomaticFailoverEnabled: true,
      CacheNodeType: 'cache.t4g.medium',
    });
  });

  it('speaks TLS only, and only to who brings the token', () => {
    expect(group.Properties).toMatchObject({
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AuthToken: `{{resolve:secretsmanager:${TOKEN}:SecretString:::}}`,
    });
  });

  it('is encrypted by the data key, keeps no snapshot, and goes with the stack', () => {
    expect(group.Properties).toMatchObject({ AtRestEncryptionEnabled: true, SnapshotRetentionLimit: 0 });
    expect(JSON.stringify(group.Properties.KmsKeyId)).toContain('KeysData');
    expect(group.Properties.FinalSnapshotIdentifier).toBeUndefined();
    expect(group).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });

  it('lies in the isolated subnets of three zones', () => {
    const { Properties } = only('AWS::ElastiCache::SubnetGroup');
    const subnets = JSON.stringify(Properties.SubnetIds).match(/NetworkVpc(\w+?)Subnet(\d)/g);

    expect(subnets).toEqual(['NetworkVpcisolatedSubnet1', 'NetworkVpcisolatedSubnet2', 'NetworkVpcisolatedSubnet3']);
    expect(Properties.CacheSubnetGroupName).toBe('cache-prod');
    expect(JSON.stringify(group.Properties.CacheSubnetGroupName)).toContain('CacheSubnetGroup');
  });

  it('drops what was touched longest ago when memory runs short, in a parameter group of the engine’s family', () => {
    expect(only('AWS::ElastiCache::ParameterGroup').Properties).toMatchObject({
      CacheParameterGroupFamily: 'redis7',
      Properties: { 'cluster-enabled': 'yes', 'maxmemory-policy': 'allkeys-lru' },
    });
  });

  it('logs what happens to the engine, encrypted, and no commands, whose keys name patients', () => {
    const log = ofType('AWS::Logs::LogGroup').find(
      ({ Properties }) => Properties.LogGroupName === '/aws/vendedlogs/cache-prod',
    );

    expect(group.Properties.LogDeliveryConfigurations).toEqual([
      {
        LogType: 'engine-log',
        LogFormat: 'json',
        DestinationType: 'cloudwatch-logs',
        DestinationDetails: { CloudWatchLogsDetails: { LogGroup: { Ref: log?.id } } },
      },
    ]);
    expect(JSON.stringify(log?.Properties.KmsKeyId)).toContain('KeysTelemetry');
  });

  it('changes the number of its node groups while it serves', () => {
    expect(group).toMatchObject({ UpdatePolicy: { UseOnlineResharding: true } });
  });

  it('is reached by processors, query function and operator only, on its port', () => {
    const rules = ofType('AWS::EC2::SecurityGroupIngress')
      .map(({ Properties }) => Properties)
      .filter(({ GroupId }) => JSON.stringify(GroupId).includes('CacheSecurityGroup'));
    const sources = rules.map((rule) => /"(\w+?)SecurityGroup/.exec(JSON.stringify(rule.SourceSecurityGroupId))?.[1]);

    expect(sources.sort()).toEqual(['ApiFunction', 'Operator', 'Processor']);
    for (const rule of rules) expect(rule).toMatchObject({ FromPort: 6380, ToPort: 6380, IpProtocol: 'tcp' });
    expect(group.Properties.Port).toBe(6380);
  });

  it('is told to its clients by endpoint and ARN of the token, which each may read and decrypt', () => {
    const clients = [...ofType('AWS::ECS::TaskDefinition'), ...ofType('AWS::Lambda::Function')]
      .map(({ id, Properties }) => ({
        id,
        environment: JSON.stringify(Properties.ContainerDefinitions ?? Properties.Environment ?? {}),
      }))
      .filter(({ environment }) => environment.includes('CACHE_ENDPOINT'));
    expect(clients.map(({ id }) => /^(Processor|Operator|ApiFunction)/.exec(id)?.[1]).sort()).toEqual([
      'ApiFunction',
      'Operator',
      'Processor',
    ]);
    for (const { environment } of clients) {
      expect(environment).toContain('ConfigurationEndPoint.Address');
      expect(environment).toContain(TOKEN);
    }
    const readers = ofType('AWS::IAM::ManagedPolicy').filter(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument).includes(TOKEN),
    );
    expect(readers).toHaveLength(3);
    for (const { Properties } of readers) {
      expect(JSON.stringify(Properties.PolicyDocument)).toContain(EVERYTHING.secrets?.cacheAuthTokenKeyArn);
    }
  });

  it('is told in the outputs', () => {
    expect(JSON.stringify(outputs.CacheEndpoint?.Value)).toMatch(/EndPoint\.Address.*":".*EndPoint\.Port/);
    expect(outputs.CacheReplicationGroupId?.Value).toBe('cache-prod');
  });

  it('makes no secret of its own', () => {
    expect(resources.map(({ Type }) => Type)).not.toContain('AWS::SecretsManager::Secret');
  });

  it('follows the tenant’s node groups and peak', () => {
    expect(synthesize(OTHER_CHOICES).only('AWS::ElastiCache::ReplicationGroup').Properties).toMatchObject({
      NumNodeGroups: 20,
      CacheNodeType: 'cache.m7g.large',
    });
  });

  it('is left out, with all that belongs to it, where there is no token', () => {
    const without = synthesize();

    expect(JSON.stringify(without.resources)).not.toMatch(/ElastiCache|CACHE_/);
    expect(Object.keys(without.outputs).filter((name) => name.startsWith('Cache'))).toEqual([]);
  });
});

describe('the type of a node', () => {
  // Amazon ElastiCache User Guide, "Supported node types": both families are in each supported region.
  it('is one that ElastiCache knows, for every peak', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (peak) => {
        expect(['cache.t4g.medium', 'cache.m7g.large']).toContain(cacheNodeType(peak));
      }),
    );
    expect(cacheNodeType(2_000)).toBe('cache.t4g.medium');
    expect(cacheNodeType(2_001)).toBe('cache.m7g.large');
  });
});
