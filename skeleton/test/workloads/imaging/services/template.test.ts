import { IMAGING, IMAGING_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import type { Resource } from '../../../foundation/support/synthesis';

/** What only vitals or records need: functions that answer FHIR, and the parameters of a database that is no cluster. */
const TYPES_OF_OTHERS = /^AWS::RDS::DBParameterGroup$/;
const WORDS_OF_OTHERS = /CACHE_|RESOURCE_TYPES|OBSERVATION_RETENTION/;

/** Ids of the resources that only other workloads need. The functions of custom resources are CDK's. */
function foreignTo(resources: readonly Resource[]): string[] {
  return resources
    .filter(
      ({ id, Type, ...resource }) =>
        TYPES_OF_OTHERS.test(Type) ||
        WORDS_OF_OTHERS.test(JSON.stringify(resource)) ||
        (Type === 'AWS::Lambda::Function' && !id.startsWith('Custom')),
    )
    .map(({ id }) => id);
}

describe('a pipeline of imaging', () => {
  // The whole template would change with every word; this changes when a resource comes or goes, which should be seen in a review.
  it('is made of these resources', () => {
    const counts: Record<string, number> = {};
    for (const { Type } of synthesize(IMAGING).resources) counts[Type] = (counts[Type] ?? 0) + 1;

    expect(counts).toMatchSnapshot();
  });

  it.each([
    ['by default', IMAGING],
    ['with every choice made the other way', IMAGING_OTHER_CHOICES],
  ])('has, %s, no resource that only other workloads need', (_, change) => {
    expect(foreignTo(synthesize(change).resources)).toEqual([]);
  });

  it.each([
    ['AWS::RDS::DBParameterGroup', {}],
    ['AWS::Lambda::Function', { FunctionName: 'api-prod' }],
    ['AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Environment: [{ Name: 'CACHE_ENDPOINT' }] }] }],
  ])('would be found out with a resource of another workload: %s %j', (Type, Properties) => {
    const other: Resource = { id: 'Other', Type, Properties, DependsOn: [] };

    expect(foreignTo([...synthesize(IMAGING).resources, other])).toEqual(['Other']);
  });

  it('stays whole within the number of resources that CloudFormation takes in one stack', () => {
    expect(synthesize(IMAGING_OTHER_CHOICES).resources.length).toBeLessThan(500);
  });
});
