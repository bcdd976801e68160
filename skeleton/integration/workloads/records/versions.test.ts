import type { Patient } from 'fhir/r4';
import { RecordsPipeline } from './support/records-pipeline';
import { patient, weight } from './support/resources';

describe('a resource that is put to the stream', () => {
  const pipeline = new RecordsPipeline();
  afterAll(() => pipeline.close());

  test('comes back with the digits of its decimals, under a version of the server’s', async () => {
    const id = pipeline.patient('decimals');
    const text = JSON.stringify(weight(id, id)).replace('71.5', '71.500');
    await pipeline.send(text);
    const shown = await pipeline.arrived('Observation', id);
    const { text: raw } = await pipeline.api.getText(`Observation/${id}`);

    expect(shown.meta).toEqual({ versionId: '1', lastUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect(raw).toContain('71.500');
    expect({ ...shown, meta: undefined }).toEqual({ ...JSON.parse(text), meta: undefined });
  });

  test('is not sent again to whoever has its current version', async () => {
    const id = pipeline.patient('etag');
    await pipeline.send(patient(id));
    await pipeline.arrived('Patient', id);
    const first = await pipeline.api.getText(`Patient/${id}`);
    const etag = first.headers.get('etag') ?? '';

    expect(etag).toBe('W/"1"');
    const again = await pipeline.api.getText(`Patient/${id}`, { 'if-none-match': etag });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    expect((await pipeline.api.getText(`Patient/${id}`, { 'if-none-match': 'W/"7"' })).status).toBe(200);
  });

  test('keeps every version, each to be read', async () => {
    const id = pipeline.patient('history');
    await pipeline.sendAndSettle(
      patient(id, { gender: 'unknown' }),
      patient(id, { gender: 'female' }),
      patient(id, { gender: 'other' }),
    );

    const genders = (await pipeline.history(`Patient/${id}`)).map((version) => (version as Patient).gender);
    expect(genders).toEqual(['other', 'female', 'unknown']);
    const second = await pipeline.api.get(`Patient/${id}/_history/2`);
    expect(second).toMatchObject({ status: 200, body: { id, gender: 'female', meta: { versionId: '2' } } });
    expect(await pipeline.status(`Patient/${id}/_history/4`)).toBe(404);
  });

  test('is stored once however often it comes', async () => {
    const id = pipeline.patient('repeated');
    const line = JSON.stringify(patient(id));
    await pipeline.sendAndSettle(line, line, `${line}\n${line}`);

    expect(await pipeline.history(`Patient/${id}`)).toHaveLength(1);
  });

  test.each([
    ['version', (order: number) => ({ versionId: `${order}` })],
    ['time', (order: number) => ({ lastUpdated: `2026-11-20T08:00:0${order}.000Z` })],
  ])('is what its source last made of it, by its own %s, in whatever order it comes', async (by, meta) => {
    const id = pipeline.patient(`out-of-order-by-${by}`);
    const version = (order: number, gender: Patient['gender']) => patient(id, { meta: meta(order), gender });
    await pipeline.sendAndSettle(
      version(2, 'female'),
      version(3, 'other'),
      version(1, 'unknown'),
      version(2, 'female'),
      version(3, 'other'),
    );

    const current = await pipeline.arrived('Patient', id);
    expect(current.gender).toBe('other');
    const genders = (await pipeline.history(`Patient/${id}`)).map((one) => (one as Patient).gender);
    // The late one is kept as well; what came again is not kept again.
    expect([...genders].sort()).toEqual(['female', 'other', 'unknown']);
  });

  test('is gone once it is removed, and its history tells so', async () => {
    const id = pipeline.patient('removed');
    const removal = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method: 'DELETE', url: `Patient/${id}` } }],
    };
    await pipeline.sendAndSettle(patient(id), removal);

    expect(await pipeline.status(`Patient/${id}`)).toBe(410);
    expect(await pipeline.status(`Patient/${pipeline.patient('never')}`)).toBe(404);
    expect(await pipeline.found('Patient', { _id: id })).toEqual([]);
    expect((await pipeline.history(`Patient/${id}`)).map((version) => version?.resourceType)).toEqual([
      undefined,
      'Patient',
    ]);
  });
});
