import { z } from 'zod';
import { parseApiEnvironment, parseObservationIngestEnvironment } from '../../../../src/runtime/environment';
import { apiMethods } from '../../../foundation/support/api-methods';
import { synthesize } from '../../../foundation/support/synthesis';

describe('the API of vitals', () => {
  const synthesis = synthesize({ workload: 'vitals' });
  const methods = apiMethods(synthesis);
  const variablesOf = (functionName: string) => {
    const found = synthesis
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === functionName);
    const { Variables } = z
      .object({ Variables: z.record(z.string(), z.unknown()) })
      .parse(found?.Properties.Environment);
    return Object.fromEntries(
      Object.entries(Variables).map(([name, value]) => [name, typeof value === 'string' ? value : `made-${name}`]),
    );
  };

  it('has these methods', () => {
    expect(methods.map(({ name }) => name)).toEqual([
      'GET /Observation',
      'GET /Observation/$lastn',
      'GET /health',
      'GET /metadata',
      'POST /',
      'POST /Observation',
    ]);
  });

  it('refuses a search without a patient before it reaches the function', () => {
    const searches = methods.filter(({ name }) => name.startsWith('GET /Observation'));

    expect(searches).toHaveLength(2);
    for (const { resource } of searches) {
      expect(resource.Properties.RequestParameters).toEqual({ 'method.request.querystring.patient': true });
    }
  });

  it('reads from the reader of the database', () => {
    expect(parseApiEnvironment({ ...variablesOf('api-prod'), AWS_REGION: 'eu-central-1' })).toMatchObject({
      databaseReaderHost: 'made-DATABASE_READER_HOST',
    });
  });

  it('tells the ingest function how long observations are kept, and nothing besides where and whose stream it is', () => {
    const variables = variablesOf('ingest-prod');

    expect(parseObservationIngestEnvironment({ ...variables, AWS_REGION: 'eu-central-1' })).toMatchObject({
      observationRetentionDays: 90,
    });
    expect(Object.keys(variables).sort()).toEqual(['ENVIRONMENT_SUFFIX', 'OBSERVATION_RETENTION_DAYS', 'STREAM_NAME']);
  });
});
