import { EVERYTHING } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

/** What only records need: a database that is no cluster has parameters of another kind. */
const TYPES_OF_RECORDS = /^AWS::RDS::DBParameterGroup$/;
/** The audit's function, and what records' programs are told. */
const WORDS_OF_RECORDS = /"AuditFunction|RESOURCE_TYPES/;

describe('a pipeline of vitals by default', () => {
  const { resources, ofType } = synthesize({ workload: 'vitals' });

  // The whole template would change with every word; this changes when a resource comes or goes, which should be seen in a review.
  it('is made of these resources', () => {
    const counts: Record<string, number> = {};
    for (const { Type } of resources) counts[Type] = (counts[Type] ?? 0) + 1;

    expect(counts).toMatchSnapshot();
  });

  it('has nothing that only records need, and no database outside its cluster', () => {
    const { resources: most } = synthesize(EVERYTHING);

    const foreign = most.filter(
      (resource) => TYPES_OF_RECORDS.test(resource.Type) || WORDS_OF_RECORDS.test(JSON.stringify(resource)),
    );

    expect(foreign.map(({ id }) => id)).toEqual([]);
    for (const { Properties } of ofType('AWS::RDS::DBInstance')) {
      expect(Properties).toMatchObject({ DBInstanceClass: 'db.serverless', DBClusterIdentifier: expect.anything() });
    }
  });
});
