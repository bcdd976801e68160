import { RecordsPipeline, transaction } from './support/records-pipeline';
import { encounter, patient, weight } from './support/resources';

describe('a transaction Bundle that is put to the stream', () => {
  const pipeline = new RecordsPipeline();
  afterAll(() => pipeline.close());

  test('is stored whole', async () => {
    const id = pipeline.patient('whole');
    await pipeline.send(transaction(patient(id), encounter(id, id), weight(id, id)));

    await pipeline.arrived('Observation', id);
    expect(await Promise.all([`Patient/${id}`, `Encounter/${id}`].map(async (path) => pipeline.status(path)))).toEqual([
      200, 200,
    ]);
  });

  test('is not stored at all when one entry is wrong', async () => {
    const id = pipeline.patient('in-part');
    const wrong = { ...weight(id, id), status: 'finished' };
    await pipeline.sendAndSettle(transaction(patient(id), encounter(id, id), wrong));

    const paths = ['Patient', 'Encounter', 'Observation'].map((type) => `${type}/${id}`);
    expect(await Promise.all(paths.map(async (path) => pipeline.status(path)))).toEqual([404, 404, 404]);
  });

  test('names each other’s entries by the places where they are stored', async () => {
    const number = pipeline.patient('linked');
    const fullUrl = `urn:uuid:${crypto.randomUUID()}`;
    const { id: _, ...newborn } = patient(number);
    const { id: __, ...visit } = encounter(number, 'nobody');
    await pipeline.sendAndSettle({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl, resource: newborn, request: { method: 'POST', url: 'Patient' } },
        { resource: { ...visit, subject: { reference: fullUrl } }, request: { method: 'POST', url: 'Encounter' } },
      ],
    });

    const [found] = await pipeline.api.searchAll('Patient', { identifier: `urn:test:record-number|${number}` });
    expect(found?.id).toBe(fullUrl.replace('urn:uuid:', ''));
    const [linked] = await pipeline.api.searchAll('Encounter', { patient: found?.id ?? '' });
    expect(linked?.subject).toEqual({ reference: `Patient/${found?.id}` });
  });
});
