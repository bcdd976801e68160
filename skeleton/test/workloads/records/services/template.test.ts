import { RECORDS, RECORDS_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

/** What only vitals or imaging need: Redis, Aurora, what scales its readers, file systems, and whatever belongs to mutual TLS. */
const TYPES_OF_OTHERS =
  /^(AWS::ElastiCache::|AWS::MemoryDB::|AWS::EFS::|AWS::RDS::DBCluster|AWS::ElasticLoadBalancingV2::|AWS::ApiGateway::(DomainName|VpcLink)|Custom::ScaledReaders$)/;

/** The same in policies and in what programs are told. */
const WORDS_OF_OTHERS = /elasticache|redis|CACHE_|elasticfilesystem|aurora|OBSERVATION_RETENTION/i;

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

    const foreign = resources.filter(
      (resource) => TYPES_OF_OTHERS.test(resource.Type) || WORDS_OF_OTHERS.test(JSON.stringify(resource)),
    );

    expect(foreign.map(({ id }) => id)).toEqual([]);
    expect(Object.keys(outputs).filter((name) => /^Cache|Reader/.test(name))).toEqual([]);
  });

  it('scales processors and nothing else', () => {
    const scaled = synthesize(RECORDS)
      .ofType('AWS::ApplicationAutoScaling::ScalableTarget')
      .map(({ Properties }) => Properties.ServiceNamespace);

    expect(scaled).toEqual(['ecs']);
  });
});
