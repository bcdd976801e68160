import { RECORDS, RECORDS_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import type { Resource } from '../../../foundation/support/synthesis';

/** What only vitals or imaging need: Redis, Aurora, what scales its readers, file systems, and whatever belongs to mutual TLS. */
const TYPES_OF_OTHERS =
  /^(AWS::ElastiCache::|AWS::MemoryDB::|AWS::EFS::|AWS::RDS::DBCluster|AWS::ElasticLoadBalancingV2::|AWS::ApiGateway::(DomainName|VpcLink)|Custom::ScaledReaders$)/;

/** The same in policies and in what programs are told. */
const WORDS_OF_OTHERS = /elasticache|redis|CACHE_|elasticfilesystem|aurora|OBSERVATION_RETENTION/i;

/** Ids of the resources that only other workloads need. */
function foreignTo(resources: readonly Resource[]): string[] {
  return resources
    .filter((resource) => TYPES_OF_OTHERS.test(resource.Type) || WORDS_OF_OTHERS.test(JSON.stringify(resource)))
    .map(({ id }) => id);
}

describe('a pipeline of records', () => {
  // The whole template would change with every word; this changes when a resource comes or goes, which should be seen in a review.
  it('is made of these resources', () => {
    const counts: Record<string, number> = {};
    for (const { Type } of synthesize(RECORDS).resources) counts[Type] = (counts[Type] ?? 0) + 1;

    expect(counts).toMatchSnapshot();
  });

  it.each([
    ['by default', RECORDS],
    ['with every choice made the other way', RECORDS_OTHER_CHOICES],
  ])('has, %s, no resource that only other workloads need', (_, change) => {
    const { resources, outputs } = synthesize(change);

    expect(foreignTo(resources)).toEqual([]);
    expect(Object.keys(outputs).filter((name) => /^Cache|Reader/.test(name))).toEqual([]);
  });

  it.each([
    ['AWS::ElastiCache::ReplicationGroup', {}],
    ['AWS::ElastiCache::SubnetGroup', {}],
    ['AWS::EFS::FileSystem', {}],
    ['AWS::RDS::DBCluster', {}],
    ['AWS::RDS::DBInstance', { Engine: 'aurora-postgresql' }],
    ['AWS::RDS::DBClusterParameterGroup', {}],
    ['AWS::ApiGateway::DomainName', { MutualTlsAuthentication: {} }],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', {}],
    ['AWS::IAM::ManagedPolicy', { PolicyDocument: { Statement: [{ Action: 'elasticfilesystem:ClientWrite' }] } }],
    ['AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Environment: [{ Name: 'CACHE_ENDPOINT' }] }] }],
  ])('would be found out with a resource of another workload: %s %j', (Type, Properties) => {
    const other: Resource = { id: 'Other', Type, Properties, DependsOn: [] };

    expect(foreignTo([...synthesize(RECORDS).resources, other])).toEqual(['Other']);
  });

  it('scales processors and nothing else', () => {
    const scaled = synthesize(RECORDS)
      .ofType('AWS::ApplicationAutoScaling::ScalableTarget')
      .map(({ Properties }) => Properties.ServiceNamespace);

    expect(scaled).toEqual(['ecs']);
  });
});
