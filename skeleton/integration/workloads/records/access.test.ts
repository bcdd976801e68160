import { RecordsPipeline } from './support/records-pipeline';
import { patient, weight } from './support/resources';
import { eventually } from '../../support/pipeline';

describe('the trail of accesses', () => {
  const pipeline = new RecordsPipeline();
  const id = pipeline.patient('watched');
  afterAll(() => pipeline.close());

  beforeAll(async () => {
    await pipeline.sendAndSettle(patient(id), weight(id, id));
  });

  test('tells who read, searched and looked back, and when', async () => {
    await pipeline.api.get(`Patient/${id}`);
    await pipeline.history(`Patient/${id}`);
    await pipeline.found('Observation', { patient: id });
    const events = await eventually(
      async () => pipeline.api.searchAll('AuditEvent', { patient: id }),
      (found) => found.length >= 3,
    );

    expect(events.length).toBeGreaterThanOrEqual(3);
    for (const event of events) {
      expect(event.agent?.[0]?.altId ?? event.agent?.[0]?.who?.identifier?.value).toEqual(expect.any(String));
      expect(Date.now() - Date.parse(event.recorded)).toBeLessThan(600_000);
      expect(event.outcome).toBe('0');
      expect(JSON.stringify(event)).not.toContain('Testperson');
    }
    const one = await pipeline.api.get(`AuditEvent/${events[0]?.id}`);
    expect(one).toMatchObject({ status: 200, body: { resourceType: 'AuditEvent', id: events[0]?.id } });
  });

  test('tells of its own being read', async () => {
    const before = (await pipeline.api.searchAll('AuditEvent', { patient: id })).length;
    const after = await eventually(
      async () => pipeline.api.searchAll('AuditEvent', { patient: id }),
      (found) => found.length > before,
    );

    expect(after.length).toBeGreaterThan(before);
  });

  test('tells of who looked for a patient who is not there', async () => {
    const nobody = pipeline.patient('nobody');
    await pipeline.api.get(`Patient/${nobody}`);
    const events = await eventually(
      async () => pipeline.api.searchAll('AuditEvent', { patient: nobody }),
      (found) => found.length > 0,
    );

    expect(events[0]).toMatchObject({ outcome: '4' });
  });
});
