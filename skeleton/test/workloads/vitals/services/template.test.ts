import { EVERYTHING, OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import type { Resource } from '../../../foundation/support/synthesis';

/** What only records or imaging need: a database that is no cluster has parameters of another kind; files, and mutual TLS. */
const TYPES_OF_OTHERS =
  /^AWS::(RDS::DBParameterGroup$|EFS::|ElasticLoadBalancingV2::|ApiGateway::(DomainName|VpcLink))/;
/** The audit's function, what records' programs are told, and the rights to use files. */
const WORDS_OF_OTHERS = /"AuditFunction|"FunctionName":"audit-|RESOURCE_TYPES|elasticfilesystem/;

/** Ids of the resources that only other workloads need. A database's instance is one, but in a cluster. */
function foreignTo(resources: readonly Resource[]): string[] {
  return resources
    .filter(
      (resource) =>
        TYPES_OF_OTHERS.test(resource.Type) ||
        WORDS_OF_OTHERS.test(JSON.stringify(resource)) ||
        (resource.Type === 'AWS::RDS::DBInstance' && resource.Properties.DBClusterIdentifier === undefined),
    )
    .map(({ id }) => id);
}

describe('a pipeline of vitals by default', () => {
  const { resources } = synthesize({ workload: 'vitals' });

  // The whole template would change with every word; this changes when a resource comes or goes, which should be seen in a review.
  it('is made of these resources', () => {
    const counts: Record<string, number> = {};
    for (const { Type } of resources) counts[Type] = (counts[Type] ?? 0) + 1;

    expect(counts).toMatchSnapshot();
  });

  it.each([
    ['by default', { workload: 'vitals' as const }],
    ['with a cache', EVERYTHING],
    ['with every choice made the other way', OTHER_CHOICES],
  ])('has, %s, no resource that only other workloads need', (_, change) => {
    const { resources: all, ofType: of, outputs } = synthesize(change);

    expect(foreignTo(all)).toEqual([]);
    for (const { Properties } of of('AWS::RDS::DBInstance')) {
      expect(Properties).toMatchObject({ DBInstanceClass: 'db.serverless', Engine: 'aurora-postgresql' });
    }
    expect(outputs).not.toHaveProperty('AuditFunctionName');
  });

  it.each([
    ['AWS::RDS::DBInstance', { Engine: 'postgres', MultiAZ: true }],
    ['AWS::RDS::DBParameterGroup', {}],
    ['AWS::EFS::FileSystem', {}],
    ['AWS::Lambda::Function', { FunctionName: 'audit-prod' }],
    ['AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Environment: [{ Name: 'RESOURCE_TYPES' }] }] }],
  ])('would be found out with a resource of another workload: %s %j', (Type, Properties) => {
    const other: Resource = { id: 'Other', Type, Properties, DependsOn: [] };

    expect(foreignTo([...resources, other])).toEqual(['Other']);
  });
});
