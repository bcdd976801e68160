import { ApiFixture, at, BASE_URL, entries, faults, observations, reading } from './api-fixture';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([
    reading({ observedAt: at(0), value: 70 }),
    reading({ observedAt: at(1), value: 71 }),
    reading({ observedAt: at(2), value: 72 }),
    // Another day, another partition.
    reading({ observedAt: at(-2 * 86_400), code: '29463-7', value: 81.5, unit: 'kg' }),
    reading({ observedAt: at(1), code: '8310-5', value: 36.6, unit: 'Cel' }),
    reading({ observedAt: at(9), patientId: 'p-2', value: 99 }),
  ]);
});
afterAll(async () => {
  await api.stop();
});
afterEach(async () => {
  await api.database.owner.query('TRUNCATE access_audit');
});

async function lastn(query: string) {
  const answer = await api.get(`/Observation/$lastn?${query}`);
  expect(answer.status).toBe(200);
  const found = observations(answer.body);
  return { ...answer, values: found.map(({ valueQuantity }) => valueQuantity?.value) };
}

describe('the last readings', () => {
  test('are one of each vital sign, newest first, as the search has them', async () => {
    const { values, body, headers } = await lastn('patient=p-1');

    expect(values).toEqual([72, 36.6, 81.5]);
    expect(headers.get('x-reading-source')).toBe('database');
    expect(headers.get('content-type')).toBe('application/fhir+json');
    expect(schemaFaults(body)).toEqual([]);
    expect(body).toMatchObject({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'self', url: `${BASE_URL}/Observation/$lastn?patient=p-1` }],
    });
    const search = observations((await api.get('/Observation?patient=p-1&code=8867-4&_count=1')).body);
    expect(observations(body)[0]).toEqual(search[0]);
  });

  test.each([
    ['of one code', 'patient=p-1&code=8867-4', [72]],
    ['of one code of a system', 'patient=Patient/p-1&code=http://loinc.org|8310-5', [36.6]],
    ['of two codes', 'patient=p-1&code=8867-4,29463-7', [72, 81.5]],
    ['of the only category', 'patient=p-1&category=vital-signs', [72, 36.6, 81.5]],
    [
      'of the category with its system',
      'patient=p-1&category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs',
      [72, 36.6, 81.5],
    ],
    ['of another category', 'patient=p-1&category=laboratory', []],
    ['up to two', 'patient=p-1&max=2', [72, 71, 36.6, 81.5]],
    ['up to more than there are', 'patient=p-1&code=8867-4&max=100', [72, 71, 70]],
    ['of a patient of whom nobody has heard', 'patient=nobody', []],
  ])('%s', async (_what, query, expected) => {
    expect((await lastn(query)).values).toEqual(expected);
  });

  test('of one moment are all told, beyond the number that was asked for', async () => {
    const tied = { patientId: 'p-tied', observedAt: at(5) };
    await api.store([
      reading({ ...tied, value: 1, eventId: '00000000-0000-4000-8000-000000000001', deviceId: 'arterial-line' }),
      reading({ ...tied, value: 2, eventId: '00000000-0000-4000-8000-000000000002', deviceId: 'oximeter' }),
      reading({ ...tied, value: 0, observedAt: at(4) }),
      reading({ ...tied, value: -1, observedAt: at(3) }),
    ]);

    expect((await lastn('patient=p-tied')).values).toEqual([2, 1]);
    expect((await lastn('patient=p-tied&max=2')).values).toEqual([2, 1]);
    expect((await lastn('patient=p-tied&max=3')).values).toEqual([2, 1, 0]);
  });

  test('of a mistyped code or category come with a word about it', async () => {
    const { body } = await lastn('patient=p-1&code=8867-4,88674&category=vital-signs,vitals');

    expect(entries(body, 'outcome')).toMatchObject([
      {
        resourceType: 'OperationOutcome',
        issue: [
          { severity: 'warning', location: ['http.code'], diagnostics: expect.stringContaining('"88674"') },
          { severity: 'warning', location: ['http.category'], diagnostics: expect.stringContaining('"vitals"') },
        ],
      },
    ]);
  });
});

describe('a query of last readings', () => {
  test.each([
    ['code=8867-4', 'patient', 'is required'],
    ['patient=p-1&patient=p-2', 'patient', 'more than once'],
    ['patient=Device/1', 'patient', 'refers to no Patient'],
    ['patient=p-1&max=0', 'max', 'a whole number from 1 to 100'],
    ['patient=p-1&max=101', 'max', 'a whole number from 1 to 100'],
    ['patient=p-1&max=1.5', 'max', 'a whole number'],
    ['patient=p-1&max=', 'max', 'is empty'],
    ['patient=p-1&code=', 'code', 'is empty'],
    ['patient=p-1&code=a|b|c', 'code', 'more than one "|"'],
    ['patient=p-1&date=2026-11-22', 'date', 'is no parameter of this search; legal are patient, code, category, max'],
    ['patient=p-1&code:text=heart', 'code:text', 'modifiers and chains are not supported'],
  ])('%s is refused by naming %s', async (query, parameter, words) => {
    const { status, body } = await api.get(`/Observation/$lastn?${query}`);

    expect(status).toBe(400);
    expect(faults(body)[parameter]).toContain(words);
  });

  test('that is wrong in several ways is told all of them', async () => {
    const { body } = await api.get('/Observation/$lastn?max=none&colour=red');

    expect(Object.keys(faults(body)).sort()).toEqual(['colour', 'max', 'patient']);
  });

  test('is on record, whatever comes of it', async () => {
    await api.get('/Observation/$lastn?patient=p-1&code=8867-4');
    await api.get('/Observation/$lastn?patient=p-1&max=0');
    await api.get('/Observation/$lastn?patient=p-1', { principal: null });

    expect(await api.audit()).toMatchObject([
      {
        action: 'search',
        resource_type: 'Observation',
        patient_id: 'p-1',
        query: 'patient=p-1&code=8867-4',
        outcome: 'success',
        returned: 1,
      },
      { patient_id: 'p-1', outcome: 'refused', status: 400, returned: 0 },
      { outcome: 'refused', status: 401, returned: 0 },
    ]);
  });

  test('by another method than GET is refused', async () => {
    const { status, headers } = await api.get('/Observation/$lastn?patient=p-1', {}, { method: 'DELETE' });

    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('at a path that is only like it finds nothing', async () => {
    for (const path of ['/Observation/lastn', '/Observation/$last', '/Observation/$lastn/1', '/$lastn']) {
      expect({ path, status: (await api.get(`${path}?patient=p-1`)).status }).toEqual({ path, status: 404 });
    }
  });
});
