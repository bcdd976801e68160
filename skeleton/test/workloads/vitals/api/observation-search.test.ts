import fc from 'fast-check';
import { ApiFixture, at, entries, faults, link, NOON, observations, reading, type StoredReading } from './api-fixture';
import { VITAL_SIGNS } from '../../../../src/workloads/vitals/vital-signs';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
});
afterAll(async () => {
  await api.stop();
});
afterEach(async () => {
  await api.database.owner.query('TRUNCATE vital_sign, access_audit');
});

/** Values of the Observations that a search finds on its first page. */
async function valuesOf(query: string): Promise<(number | undefined)[]> {
  const { status, body, text } = await api.get(`/Observation?${query}`);
  if (status !== 200) throw new Error(text);
  return observations(body).map(({ valueQuantity }) => valueQuantity?.value);
}

/** Ids of all Observations of a search, page by page, as `next` leads. */
async function idsOfAllPages(query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let url: string | undefined = `/Observation?${query}`; url !== undefined;) {
    const { body, text, status } = await api.get(url);
    if (status !== 200) throw new Error(text);
    pages.push(observations(body).map(({ id }) => id ?? ''));
    url = link(body, 'next');
  }
  return pages;
}

test('a reading is an Observation of the vital signs profile', async () => {
  const eventId = '0b8c2d2e-6a51-4f0e-9a44-b8a35f0c7d11';
  await api.store([reading({ eventId, value: 36.6, code: '8310-5', unit: 'Cel' })]);
  const { status, headers, body } = await api.get('/Observation?patient=Patient/p-1');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/fhir+json');
  expect(body).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    link: [{ relation: 'self', url: 'https://api.hospital.example/prod/Observation?patient=Patient%2Fp-1' }],
    entry: [
      {
        fullUrl: expect.stringMatching(/^https:\/\/api\.hospital\.example\/prod\/Observation\/[A-Za-z0-9\-.]{1,64}$/),
        search: { mode: 'match' },
        resource: {
          resourceType: 'Observation',
          id: expect.stringMatching(new RegExp(`^${eventId}\\.8310-5\\.[0-9a-f]{12}$`)),
          meta: { profile: ['http://hl7.org/fhir/StructureDefinition/vitalsigns'] },
          status: 'final',
          category: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/observation-category',
                  code: 'vital-signs',
                  display: 'Vital Signs',
                },
              ],
            },
          ],
          code: {
            coding: [{ system: 'http://loinc.org', code: '8310-5', display: 'Body temperature' }],
            text: 'Body temperature',
          },
          subject: { reference: 'Patient/p-1' },
          effectiveDateTime: NOON.toISOString(),
          valueQuantity: { value: 36.6, unit: 'Cel', system: 'http://unitsofmeasure.org', code: 'Cel' },
          device: { reference: 'Device/monitor-7' },
        },
      },
    ],
  });
  expect(schemaFaults(body)).toEqual([]);
});

test('every vital sign in each of its units is a valid Observation of the official R4 schema', async () => {
  const readings = VITAL_SIGNS.flatMap(({ code, units }) =>
    Object.entries(units).map(([unit, { low, high }], index) =>
      reading({ code, unit, value: (low + high) / 3, observedAt: at(index) }),
    ),
  );
  await api.store(readings);
  const { body } = await api.get('/Observation?patient=p-1');
  expect(schemaFaults(body)).toEqual([]);
  expect(observations(body)).toHaveLength(readings.length);
  for (const observation of observations(body)) {
    expect(schemaFaults(observation)).toEqual([]);
    // The profile's must-haves (FHIR R4, StructureDefinition vitalsigns, vs-1 and vs-2 included).
    expect(observation).toMatchObject({
      status: 'final',
      category: [{ coding: [expect.objectContaining({ code: 'vital-signs' })] }],
      code: { coding: [{ system: 'http://loinc.org', display: expect.stringMatching(/\w/) }] },
      subject: { reference: 'Patient/p-1' },
      effectiveDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      valueQuantity: {
        value: expect.any(Number),
        system: 'http://unitsofmeasure.org',
        code: expect.stringMatching(/\S/),
      },
    });
  }
});

test('the schema check itself finds what is wrong', async () => {
  await api.store([reading()]);
  const { body } = await api.get('/Observation?patient=p-1');
  const [observation] = observations(body);
  expect(schemaFaults({ ...observation, effectiveDateTime: 'yesterday' })).not.toEqual([]);
  expect(schemaFaults({ ...observation, colour: 'red' })).not.toEqual([]);
});

test('microseconds are kept, so that a page never loses the readings between two milliseconds', async () => {
  await api.store(['001', '002', '003'].map((micros) => reading({ observedAt: at(0).replace('Z', `${micros}Z`) })));
  const { body } = await api.get('/Observation?patient=p-1');
  expect(observations(body).map(({ effectiveDateTime }) => effectiveDateTime?.slice(-8))).toEqual([
    '.000003Z',
    '.000002Z',
    '.000001Z',
  ]);
  expect(schemaFaults(body)).toEqual([]);
  expect((await idsOfAllPages('patient=p-1&_count=1')).flat()).toHaveLength(3);
});

test('another patient’s readings are never among them, however alike the ids', async () => {
  await api.store(['p-1', 'p-10', 'P-1', 'p.1', 'p-'].map((patientId, value) => reading({ patientId, value })));
  expect(await valuesOf('patient=p-1')).toEqual([0]);
  expect(await valuesOf('patient=P-1')).toEqual([2]);
  expect(await valuesOf('patient=nobody')).toEqual([]);
});

describe('codes', () => {
  beforeEach(async () => {
    await api.store([
      reading({ code: '8867-4', value: 1, observedAt: at(3) }),
      reading({ code: '9279-1', value: 2, observedAt: at(2) }),
      reading({ code: '8310-5', value: 3, observedAt: at(1), unit: 'Cel' }),
    ]);
  });

  test.each([
    ['', [1, 2, 3]],
    ['&code=9279-1', [2]],
    ['&code=http://loinc.org|9279-1', [2]],
    ['&code=9279-1,http://loinc.org%7C8867-4', [1, 2]],
    ['&code=http://loinc.org|', [1, 2, 3]],
    ['&code=9279-1,8867-4&code=9279-1', [2]],
    ['&code=9279-1&code=8867-4', []],
    ['&code=9279-1,1234-5', [2]],
  ])('%j finds %j', async (codes, values) => {
    expect(await valuesOf(`patient=p-1${codes}`)).toEqual(values);
  });

  test.each(['1234-5', '|8867-4', 'http://snomed.info/sct|8867-4', 'Heart rate'])(
    '%j, which never matches, is answered empty with a word about it',
    async (code) => {
      const { body } = await api.get(`/Observation?patient=p-1&code=${encodeURIComponent(code)}`);
      expect(observations(body)).toEqual([]);
      expect(entries(body, 'outcome')).toEqual([
        {
          resourceType: 'OperationOutcome',
          issue: [
            {
              severity: 'warning',
              code: 'not-found',
              diagnostics: expect.stringContaining(
                `${JSON.stringify(code)} is no vital sign of this pipeline; there are 8867-4, `,
              ),
              location: ['http.code'],
            },
          ],
        },
      ]);
      expect(schemaFaults(body)).toEqual([]);
    },
  );
});

describe('dates', () => {
  const day = at(0).slice(0, 10);
  const dayBefore = at(-86_400).slice(0, 10);
  beforeEach(async () => {
    await api.store([
      reading({ value: 1, observedAt: `${dayBefore}T23:59:59.999999Z` }),
      reading({ value: 2, observedAt: `${day}T00:00:00Z` }),
      reading({ value: 3, observedAt: `${day}T12:00:00.500Z` }),
      reading({ value: 4, observedAt: `${day}T23:59:59.999Z` }),
    ]);
  });

  test.each([
    [`date=${day}`, [4, 3, 2]],
    [`date=ne${day}`, [1]],
    [`date=lt${day}`, [1]],
    [`date=le${day}`, [4, 3, 2, 1]],
    [`date=gt${dayBefore}`, [4, 3, 2]],
    [`date=gt${day}`, []],
    [`date=sa${dayBefore}&date=eb${day}T23:59`, [3, 2]],
    [`date=ge${day}T12:00:00Z&date=lt${day}T12:00:01Z`, [3]],
    [`date=${day}T12:00:00Z`, [3]],
    [`date=${day}T12:00:00.4Z`, []],
    [`date=${day}T14:00:00%2B02:00`, [3]],
    [`date=${day}T14:00:00+02:00`, [3]],
    [`date=${day}T12:00:00Z,${day}T00:00:00Z`, [3, 2]],
    [`date=ge${day}&date=ne${day}T12:00:00Z`, [4, 2]],
    ['date=ge0001&date=le9999', [4, 3, 2, 1]],
    ['date=lt1970', []],
  ])('%s finds %j', async (dates, values) => {
    expect(await valuesOf(`patient=p-1&${dates}`)).toEqual(values);
  });
});

describe('pages', () => {
  const anyReadings = fc.uniqueArray(
    fc.record({
      code: fc.constantFrom('8867-4', '9279-1', '8480-6'),
      second: fc.integer({ min: 0, max: 5 }),
      event: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 20, selector: ({ code, second, event }) => `${code} ${second} ${event}` },
  );

  test('of whatever size show every reading once, newest first, in one order', async () => {
    await fc.assert(
      fc
        .asyncProperty(anyReadings, fc.integer({ min: 1, max: 7 }), async (some, pageSize) => {
          await api.store(
            some.map(({ code, second, event }) =>
              reading({ code, observedAt: at(second), eventId: `00000000-0000-4000-8000-00000000000${event}` }),
            ),
          );
          const [whole = []] = await idsOfAllPages('patient=p-1&_count=1000');
          const pages = await idsOfAllPages(`patient=p-1&_count=${pageSize}`);
          expect(whole).toHaveLength(some.length);
          expect(new Set(whole).size).toBe(some.length);
          expect(pages.flat()).toEqual(whole);
          expect(pages.slice(0, -1).every((page) => page.length === pageSize)).toBe(true);
          expect(pages.at(-1)?.length).toBeGreaterThan(0);
        })
        .afterEach(async () => {
          await api.database.owner.query('TRUNCATE vital_sign, access_audit');
        }),
      { numRuns: 25 },
    );
  });

  test('stay together while newer readings come in', async () => {
    const old = Array.from({ length: 6 }, (_, second) => reading({ value: second, observedAt: at(second) }));
    await api.store(old);
    const first = await api.get('/Observation?patient=p-1&_count=4');
    await api.store([reading({ value: 99, observedAt: at(100) })]);
    const second = await api.get(link(first.body, 'next') ?? '');
    const seen = [...observations(first.body), ...observations(second.body)].map(
      ({ valueQuantity }) => valueQuantity?.value,
    );
    expect(seen).toEqual([5, 4, 3, 2, 1, 0]);
    expect(link(second.body, 'next')).toBeUndefined();
  });

  test('link to themselves and to the next with the search as it was asked', async () => {
    await api.store([reading({ observedAt: at(0) }), reading({ observedAt: at(1) })]);
    const day = at(0).slice(0, 10);
    const { body } = await api.get(`/Observation?patient=p-1&code=8867-4,9279-1&date=ge${day}&date=le${day}&_count=1`);
    const next = new URL(link(body, 'next') ?? '');
    expect(link(body, 'self')).toBe(
      `https://api.hospital.example/prod/Observation?patient=p-1&code=8867-4%2C9279-1&date=ge${day}&date=le${day}&_count=1`,
    );
    expect(next.searchParams.getAll('date')).toEqual([`ge${day}`, `le${day}`]);
    expect([...next.searchParams.keys()]).toEqual(['patient', 'code', 'date', 'date', '_count', '_cursor']);
  });

  test('have 100 readings unless another size is asked', async () => {
    await api.store(Array.from({ length: 101 }, (_, second) => reading({ observedAt: at(second) })));
    expect((await idsOfAllPages('patient=p-1')).map(({ length }) => length)).toEqual([100, 1]);
  });

  test('have a cursor that serves no other search and bears no change', async () => {
    await api.store([reading({ observedAt: at(0) }), reading({ observedAt: at(1) }), reading({ patientId: 'p-2' })]);
    const { body } = await api.get('/Observation?patient=p-1&_count=1');
    const cursor = new URL(link(body, 'next') ?? '').searchParams.get('_cursor') ?? '';
    const searches = [
      `patient=p-2&_cursor=${cursor}`,
      `patient=p-1&code=8867-4&_cursor=${cursor}`,
      `patient=p-1&date=ge2020&_cursor=${cursor}`,
      `patient=p-1&_cursor=${cursor.slice(0, -1)}`,
      `patient=p-1&_cursor=${cursor}A`,
      'patient=p-1&_cursor=',
      'patient=p-1&_cursor=next',
    ];
    for (const search of searches) {
      const refused = await api.get(`/Observation?${search}`);
      expect({ search, status: refused.status, named: Object.keys(faults(refused.body)) }).toEqual({
        search,
        status: 400,
        named: ['_cursor'],
      });
    }
    // The page size may change on the way.
    expect((await api.get(`/Observation?patient=p-1&_count=5&_cursor=${cursor}`)).status).toBe(200);
  });
});

test('two readings of one event id have ids of their own', async () => {
  const eventId = crypto.randomUUID();
  const same: StoredReading[] = [reading({ eventId, observedAt: at(0) }), reading({ eventId, observedAt: at(1) })];
  await api.store(same);
  const first = await idsOfAllPages('patient=p-1');
  expect(new Set(first.flat()).size).toBe(2);
  expect(await idsOfAllPages('patient=p-1')).toEqual(first);
});
