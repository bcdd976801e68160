import { settings } from './support/settings';
import { tagsOf } from '../../src/foundation/tags';

describe('the tags of a pipeline', () => {
  it('tell whose it is, what it is for, and that it holds patient data', () => {
    expect(tagsOf(settings())).toEqual({
      Tenant: 'st-luke',
      Owner: 'group:default/st-luke',
      CostCentre: 'ICU',
      Workload: settings().workload,
      Environment: 'prod',
      DataClassification: 'phi',
      Frameworks: 'hipaa gdpr',
      ManagedBy: 'cdk',
    });
  });

  it('hold only what AWS takes in a tag, whatever the hospital is called', () => {
    const values = Object.values(tagsOf(settings({ tenant: { name: '<script>${{ x }}"\u202e' } })));

    for (const value of values) expect(value).toMatch(/^[\p{L}\p{N} _.:/=+\-@]{1,256}$/u);
  });
});
