import { bundleOf, heartRate, idsOf, patient, RecordsFixture } from './records-fixture';

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1', { identifier: [{ system: 'urn:mrn', value: 'A|1' }, { value: 'bare' }] }),
    patient('p-2'),
    patient('p-old'),
    patient('p-older'),
    heartRate('o-a', 'p-1', {
      effectiveDateTime: '2026-11-20T10:00:00Z',
      identifier: [{ system: 'urn:lis', value: '7' }],
    }),
    heartRate('o-b', 'p-1', { effectiveDateTime: '2026-11-20', status: 'amended' }),
    heartRate('o-c', 'p-1', {
      effectiveDateTime: '2026-11',
      code: {
        coding: [
          { system: LOINC, code: '9279-1' },
          { system: SNOMED, code: '86290005' },
        ],
      },
    }),
    heartRate('o-d', 'p-1', {
      effectiveDateTime: undefined,
      effectivePeriod: { start: '2026-11-19T08:00:00+01:00', end: '2026-11-21' },
    }),
    heartRate('o-e', 'p-1', {
      effectiveDateTime: undefined,
      effectivePeriod: { start: '2026-11-25' },
      code: { coding: [{ code: '8867-4' }] },
    }),
    heartRate('o-f', 'p-2', {
      effectiveDateTime: '2025-01-01',
      code: { coding: [{ system: SNOMED, code: '8867-4' }] },
    }),
    heartRate('o-old', 'p-old'),
    heartRate('o-older', 'p-older'),
    heartRate('o-nobody', 'p-1', { subject: { display: 'somebody' } }),
    heartRate('o-gone', 'p-1'),
    heartRate('o-moved', 'p-1', { code: { coding: [{ code: 'before' }] } }),
    heartRate('o-moved', 'p-2', { code: { coding: [{ code: 'after' }] } }),
    {
      resourceType: 'Encounter',
      id: 'e-1',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/p-1' },
    },
    heartRate('o-g', 'p-2', { encounter: { reference: 'Encounter/e-1' }, effectiveDateTime: '2024' }),
  );
  await api.remove('Observation', 'o-gone');
  await api.merge('p-older', 'p-old');
  await api.merge('p-old', 'p-1');
}, 60_000);
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

async function found(query: string): Promise<string[]> {
  return idsOf(bundleOf(await api.get(query)));
}

describe('a search', () => {
  const OF_P1 = ['o-a', 'o-b', 'o-c', 'o-d', 'o-e', 'o-old', 'o-older'];

  test.each([
    ['Observation?patient=p-1', OF_P1],
    ['Observation?patient=Patient/p-1', OF_P1],
    ['Observation?subject=Patient/p-1', OF_P1],
    ['Observation?patient=p-old', ['o-old', 'o-older']],
    ['Observation?patient=p-older', ['o-older']],
    ['Observation?patient=p-2', ['o-f', 'o-g', 'o-moved']],
    ['Observation?patient=p-2,p-older', ['o-f', 'o-g', 'o-moved', 'o-older']],
    ['Observation?patient=p-2&patient=p-1', []],
    ['Observation?patient=nobody', []],
    ['Observation?encounter=Encounter/e-1', ['o-g']],
    ['Observation?encounter=Encounter/e-1&patient=p-1', []],
    ['Observation?encounter=Encounter/e-1&patient=p-2', ['o-g']],
    ['Observation?encounter=Patient/e-1', []],
  ])('%s finds by reference, with who was merged into the patient', async (query, expected) => {
    expect(await found(`/${query}`)).toEqual(expected);
  });

  test.each([
    ['Patient?identifier=urn:mrn%7CA%5C%7C1', ['p-1']],
    ['Patient?identifier=A%5C%7C1', ['p-1']],
    ['Patient?identifier=bare', ['p-1']],
    ['Patient?identifier=%7Cbare', ['p-1']],
    ['Patient?identifier=%7CA%5C%7C1', []],
    ['Patient?identifier=urn:mrn%7C', ['p-1']],
    ['Patient?identifier=urn:mrn%7Cbare', []],
    ['Patient?identifier=BARE', []],
    ['Observation?patient=p-1&code=8867-4', ['o-a', 'o-b', 'o-d', 'o-e', 'o-old', 'o-older']],
    [`Observation?patient=p-1&code=${LOINC}|8867-4`, ['o-a', 'o-b', 'o-d', 'o-old', 'o-older']],
    ['Observation?patient=p-1&code=|8867-4', ['o-e']],
    [`Observation?patient=p-1&code=${SNOMED}|`, ['o-c']],
    [`Observation?code=${SNOMED}|`, ['o-c', 'o-f']],
    ['Observation?code=8867-4', ['o-a', 'o-b', 'o-d', 'o-e', 'o-f', 'o-g', 'o-nobody', 'o-old', 'o-older']],
    [`Observation?code=|8867-4,${SNOMED}|8867-4`, ['o-e', 'o-f']],
    [`Observation?code=9279-1,${SNOMED}|8867-4,9279-1`, ['o-c', 'o-f']],
    ['Observation?code=9279-1&code=86290005', ['o-c']],
    ['Observation?code=9279-1&code=8867-4', []],
    ['Observation?code=after', ['o-moved']],
    ['Observation?code=before', []],
    ['Observation?status=amended', ['o-b']],
    ['Observation?status=amended,final&patient=p-1&code=9279-1', ['o-c']],
    ['Observation?identifier=urn:lis%7C7&status=final', ['o-a']],
    ['Observation?identifier=urn:lis%7C7&status=amended', []],
    ['Encounter?class=AMB', ['e-1']],
  ])('%s finds by token', async (query, expected) => {
    expect(await found(`/${query}`)).toEqual(expected);
  });

  // Stretches: a = one second on the 20th at ten; b = the 20th; c = November; d = 19th 07:00 to the end of the 21st; e = from the 25th on.
  test.each([
    ['2026-11-20', ['o-a', 'o-b']],
    ['eq2026-11-20T10:00', ['o-a']],
    ['2026-11', ['o-a', 'o-b', 'o-c', 'o-d']],
    ['ne2026-11-20', ['o-c', 'o-d', 'o-e']],
    ['gt2026-11-20', ['o-c', 'o-d', 'o-e']],
    ['lt2026-11-20', ['o-c', 'o-d']],
    ['ge2026-11-20', ['o-a', 'o-b', 'o-c', 'o-d', 'o-e']],
    ['ge2026-11-20T10:00:00.5Z', ['o-a', 'o-b', 'o-c', 'o-d', 'o-e']],
    ['le2026-11-20', ['o-a', 'o-b', 'o-c', 'o-d']],
    ['le2026-11-19T06:59Z', ['o-c']],
    ['le2026-11-19T07:00:00Z', ['o-c', 'o-d']],
    ['ge2026-11-21', ['o-c', 'o-d', 'o-e']],
    ['ge2026-11-22', ['o-c', 'o-e']],
    ['lt2026-11-19T08:00:01%2B01:00', ['o-c', 'o-d']],
    ['sa2026-11-20', ['o-e']],
    ['sa2026-11-20T09:59:59Z', ['o-a', 'o-e']],
    ['eb2026-11-20T10:00:01Z', ['o-a']],
    ['eb2026-11-22', ['o-a', 'o-b', 'o-d']],
    ['gt2030', ['o-e']],
    ['2026-11-20T10:00,2026-11-25', ['o-a']],
    ['ge2026-11-20&date=lt2026-11-20T12:00:00Z', ['o-a', 'o-b', 'o-c', 'o-d']],
  ])('date=%s finds by how two stretches of time lie', async (date, expected) => {
    const ours = (ids: string[]) => ids.filter((id) => !id.startsWith('o-old'));
    expect(ours(await found(`/Observation?patient=p-1&date=${date}`))).toEqual(expected);
    // Without a patient, candidates come from the times themselves: the same ones.
    expect((await found(`/Observation?date=${date}`)).filter((id) => /^o-[a-e]$/.test(id))).toEqual(expected);
  });

  test('by id finds what is there', async () => {
    expect(await found('/Observation?_id=o-b,o-a,nothing,o-gone,p-1')).toEqual(['o-a', 'o-b']);
    expect(await found('/Observation?_id=o-a&_id=o-b')).toEqual([]);
    expect(await found('/Observation?_id=o-a,o-f&patient=p-2')).toEqual(['o-f']);
  });

  test('by the time of the version finds it to the millisecond', async () => {
    const { body } = await api.get('/Observation/o-f');
    const at = body.meta?.lastUpdated ?? '';
    expect(await found(`/Observation?_lastUpdated=${at}`)).toEqual(['o-f']);
    expect(await found(`/Observation?_lastUpdated=ge${at}&patient=p-2`)).toEqual(['o-f', 'o-g', 'o-moved']);
    expect(await found(`/Observation?_lastUpdated=gt${at}&_lastUpdated=lt2999&code=8867-4`)).toEqual([
      'o-g',
      'o-nobody',
      'o-old',
      'o-older',
    ]);
    expect(await found('/Observation?_lastUpdated=lt2020')).toEqual([]);
    // In the order of the times themselves.
    expect(await found(`/Observation?_lastUpdated=ge${at}`)).toEqual([
      'o-f',
      'o-old',
      'o-older',
      'o-nobody',
      'o-moved',
      'o-g',
    ]);
  });

  test.each([
    ['', 1],
    ['eq', 1],
    ['ne', 8],
    ['gt', 5],
    ['sa', 5],
    ['ge', 6],
    ['lt', 3],
    ['eb', 3],
    ['le', 4],
  ])('by the time of the version understands the prefix "%s"', async (prefix, expected) => {
    // The codes of nine: a, b, d before; e is asked for; f, g, nobody, old and older behind.
    const { body } = await api.get('/Observation/o-e');
    expect(await found(`/Observation?code=8867-4&_lastUpdated=${prefix}${body.meta?.lastUpdated}`)).toHaveLength(
      expected,
    );
  });

  test('without any condition finds all of the type that was not removed', async () => {
    expect(await found('/Patient')).toEqual(['p-1', 'p-2', 'p-old', 'p-older']);
    expect(await found('/Immunization')).toEqual([]);
  });

  test('is a Bundle that is valid without entries', async () => {
    const bundle = bundleOf(await api.get('/Immunization?patient=p-1'));
    expect(bundle).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'self', url: 'https://api.hospital.example/prod/Immunization?patient=p-1' }],
    });
  });

  test('is on record under whom it asks for and whose data it shows', async () => {
    await api.get('/Observation?code=9279-1,after', { requestId: 'r-1' });
    expect(await api.audit()).toMatchObject([
      { request_id: 'r-1', action: 'search', resource_type: 'Observation', patient_id: 'p-1', returned: 2 },
      { request_id: 'r-1', patient_id: 'p-2', query: 'code=9279-1,after', returned: 2 },
    ]);
    await api.forgetAudit();
    await api.get('/Observation?patient=nobody&code=9279-1');
    await api.get('/Observation?patient=p-1&date=2026-02-30');
    await api.get('/Patient?_id=p-2');
    await api.get('/Observation?code=unheard-of');
    expect((await api.audit()).map(({ patient_id, status, returned }) => [patient_id, status, returned])).toEqual([
      ['nobody', 200, 0],
      ['p-1', 400, 0],
      ['p-2', 200, 1],
      [null, 200, 0],
    ]);
    await api.forgetAudit();
    await api.get('/Observation?patient=p-old');
    expect((await api.audit()).map(({ patient_id }) => patient_id)).toEqual(['p-old', 'p-older']);
  });
});
