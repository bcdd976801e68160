import { VitalsPipeline } from './support/vitals-pipeline';

describe('the API besides its data', () => {
  const pipeline = new VitalsPipeline();
  afterAll(() => pipeline.close());

  test('states what it can do', async () => {
    const { status, body } = await pipeline.api.get('metadata');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      resourceType: 'CapabilityStatement',
      fhirVersion: '4.0.1',
      rest: [{ mode: 'server', resource: [{ type: 'Observation' }] }],
    });
  });

  test('is healthy', async () => {
    expect(await pipeline.api.get('health')).toMatchObject({ status: 200 });
  });

  test('does not let answers be stored on the way', async () => {
    const { headers } = await pipeline.api.get(`Observation?patient=${pipeline.patient('nobody')}`);

    expect(headers.get('cache-control')).toContain('no-store');
  });
});
