import { BASE_URL, bundleOf, faults, heartRate, idsOf, link, patient, RecordsFixture } from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1', {
      generalPractitioner: [{ reference: 'Practitioner/dr-1' }],
      managingOrganization: { reference: 'Organization/o' },
    }),
    patient('p-2'),
    patient('p-old'),
    patient('p-older'),
    patient('p-gone'),
    { resourceType: 'Practitioner', id: 'dr-1' },
    { resourceType: 'Practitioner', id: 'dr-2' },
    { resourceType: 'Practitioner', id: 'dr-unrelated' },
    { resourceType: 'Organization', id: 'o' },
    {
      resourceType: 'Encounter',
      id: 'e-1',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/p-1' },
      participant: [{ individual: { reference: 'Practitioner/dr-2' } }],
      period: { start: '2026-11-01', end: '2026-11-03' },
    },
    { resourceType: 'AllergyIntolerance', id: 'a-1', patient: { reference: 'Patient/p-1' } },
    heartRate('o-1', 'p-1', { effectiveDateTime: '2026-11-02T10:00:00Z', encounter: { reference: 'Encounter/e-1' } }),
    heartRate('o-2', 'p-1', { effectiveDateTime: '2020-01-01', derivedFrom: [{ reference: 'Observation/o-other' }] }),
    heartRate('o-old', 'p-old'),
    heartRate('o-older', 'p-older', { performer: [{ reference: 'Patient/p-2' }] }),
    heartRate('o-other', 'p-2'),
    heartRate('o-gone', 'p-1'),
  );
  await api.remove('Observation', 'o-gone');
  await api.remove('Patient', 'p-gone');
  await api.merge('p-older', 'p-old');
  await api.merge('p-old', 'p-1');
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

async function everythingOf(patientId: string, query = ''): Promise<string[]> {
  return (
    bundleOf(await api.get(`/Patient/${patientId}/$everything${query}`)).entry?.map(
      ({ resource }) => `${resource?.resourceType}/${resource?.id}`,
    ) ?? []
  );
}

const OF_P1 = [
  'AllergyIntolerance/a-1',
  'Encounter/e-1',
  'Observation/o-1',
  'Observation/o-2',
  'Observation/o-old',
  'Observation/o-older',
  'Patient/p-1',
  'Patient/p-old',
  'Patient/p-older',
  'Practitioner/dr-1',
  'Practitioner/dr-2',
];

test('a patient’s record is the patient, what is about the patient and what that refers to, merged patients included', async () => {
  expect(await everythingOf('p-1')).toEqual(OF_P1);
  // Each in its current version, under its own address.
  const bundle = bundleOf(await api.get('/Patient/p-1/$everything?_type=AllergyIntolerance'));
  expect(bundle).toEqual({
    resourceType: 'Bundle',
    type: 'searchset',
    link: [{ relation: 'self', url: `${BASE_URL}/Patient/p-1/$everything?_type=AllergyIntolerance` }],
    entry: [
      {
        fullUrl: `${BASE_URL}/AllergyIntolerance/a-1`,
        search: { mode: 'match' },
        resource: expect.objectContaining({ id: 'a-1', patient: { reference: 'Patient/p-1' } }),
      },
    ],
  });
});

test.each([
  ['o-other', 'which an observation of the patient was derived from', 'Observation/o-other'],
  ['p-2', 'who performed an observation of the patient', 'Patient/p-2'],
  ['o-gone', 'which was removed', 'Observation/o-gone'],
  ['dr-unrelated', 'whom nothing refers to', 'Practitioner/dr-unrelated'],
  ['o', 'of a type that the pipeline does not keep', 'Organization/o'],
])('it has nothing of somebody else and nothing that is not there: not %s, %s', async (_id, _why, reference) => {
  expect(await everythingOf('p-1')).not.toContain(reference);
});

test('the record of one who was merged into another is that patient’s own', async () => {
  expect(await everythingOf('p-old')).toEqual([
    'Observation/o-old',
    'Observation/o-older',
    'Patient/p-old',
    'Patient/p-older',
  ]);
  expect(await everythingOf('p-older')).toEqual(['Observation/o-older', 'Patient/p-older']);
});

test.each([
  ['?_type=Observation,Patient', OF_P1.filter((one) => /^(Observation|Patient)/.test(one))],
  ['?_type=Immunization', []],
  [
    '?start=2026-11-03&_type=Encounter,Observation,AllergyIntolerance',
    ['AllergyIntolerance/a-1', 'Encounter/e-1', 'Observation/o-old', 'Observation/o-older'],
  ],
  ['?end=2020&_type=Encounter,Observation,AllergyIntolerance', ['AllergyIntolerance/a-1', 'Observation/o-2']],
  ['?start=2026-11-02&end=2026-11-02&_type=Encounter,Observation', ['Encounter/e-1', 'Observation/o-1']],
  ['?_since=2999', []],
  ['?_since=2020', OF_P1],
  ['?_format=json', OF_P1],
])('%s has what it says', async (query, expected) => {
  expect(await everythingOf('p-1', query)).toEqual(expected);
});

test('since a time it has what was stored from then on', async () => {
  const { body } = await api.get('/Observation/o-old');
  expect(await everythingOf('p-1', `?_since=${body.meta?.lastUpdated}`)).toEqual([
    'Observation/o-old',
    'Observation/o-older',
    // To merge patients is to write them.
    'Patient/p-1',
    'Patient/p-old',
    'Patient/p-older',
  ]);
});

test('it comes in pages, which what is written meanwhile does not move', async () => {
  let written = 0;
  const pages = await api.pages('/Patient/p-1/$everything?_count=3&_type=Patient,Encounter,Observation', async () => {
    written += 1;
    await api.store(heartRate(`new-${written}`, 'p-2'), heartRate('o-2', 'p-1', { effectiveDateTime: '2020-01-01' }));
  });
  expect(idsOf(...pages)).toEqual(['e-1', 'o-1', 'o-2', 'o-old', 'o-older', 'p-1', 'p-old', 'p-older']);
  expect(pages.map(({ entry }) => entry?.length)).toEqual([3, 3, 2]);
});

test('a cursor of another patient’s record, or of another question, is refused', async () => {
  const next = link(bundleOf(await api.get('/Patient/p-1/$everything?_count=1')), 'next') ?? '';
  const cursor = new URL(next).searchParams.get('_cursor') ?? '';
  for (const path of [
    `/Patient/p-2/$everything?_cursor=${cursor}`,
    `/Patient/p-1/$everything?_since=2020&_cursor=${cursor}`,
  ]) {
    const answer = await api.get(path);
    expect([answer.status, Object.keys(faults(answer))]).toEqual([400, ['_cursor']]);
  }
});

test('it is on record under every patient whose data a page shows', async () => {
  await api.get('/Patient/p-1/$everything', { requestId: 'r-1' });
  expect(await api.audit()).toMatchObject(
    ['p-1', 'p-old', 'p-older'].map((patient_id) => ({
      request_id: 'r-1',
      action: 'operation',
      resource_type: 'Patient',
      resource_id: 'p-1',
      patient_id,
      outcome: 'success',
      returned: 11,
    })),
  );
  await api.forgetAudit();
  // A page without any of the merged ones' data is none of theirs, and always that of whom was asked for.
  await api.get('/Patient/p-1/$everything?_type=Practitioner');
  expect(await api.audit()).toMatchObject([{ patient_id: 'p-1', returned: 2 }]);
});

test.each([
  ['/Patient/nobody/$everything', 404, 'nobody'],
  ['/Patient/p-gone/$everything', 410, 'p-gone'],
  ['/Patient/a_b/$everything', 404, null],
  ['/Patient/p-1/$everything?_type=Organization', 400, 'p-1'],
  ['/Patient/p-1/$everything?_since=2026-02-30', 400, 'p-1'],
  ['/Patient/p-1/$everything?_count=0', 400, 'p-1'],
  ['/Patient/p-1/$everything?patient=p-2', 400, 'p-1'],
])('%s is answered %i and on record', async (path, expected, patientId) => {
  const { status, body } = await api.get(path);
  expect([status, body.resourceType]).toEqual([expected, 'OperationOutcome']);
  expect(await api.audit()).toMatchObject([{ patient_id: patientId, outcome: 'refused', status, returned: 0 }]);
});

test.each(['/Observation/o-1/$everything', '/Patient/$everything', '/$everything', '/Patient/p-1/$export'])(
  '%s is not offered',
  async (path) => {
    expect((await api.get(path)).status).toBe(404);
  },
);
