import { BASE_URL, bundleOf, heartRate, idsOf, link, patient, RecordsFixture } from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1'),
    heartRate('o-1', 'p-1'),
    heartRate('o-1', 'p-1', { status: 'amended' }),
    heartRate('o-1', 'p-2', { status: 'corrected' }),
    heartRate('gone', 'p-1'),
  );
  await api.remove('Observation', 'gone');
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

async function versionsOf(pathAndQuery: string): Promise<(string | undefined)[]> {
  const { entry = [] } = bundleOf(await api.get(pathAndQuery));
  return entry.map(({ response }) => response?.etag);
}

test('a history shows all versions, the last one first, with what was done', async () => {
  const bundle = bundleOf(await api.get('/Observation/gone/_history'));
  expect(bundle).toMatchObject({
    type: 'history',
    link: [{ relation: 'self', url: `${BASE_URL}/Observation/gone/_history` }],
    entry: [
      {
        fullUrl: `${BASE_URL}/Observation/gone`,
        request: { method: 'DELETE', url: 'Observation/gone' },
        response: { status: '204 No Content', etag: 'W/"2"', lastModified: expect.any(String) },
      },
      {
        resource: { meta: { versionId: '1' } },
        request: { method: 'PUT', url: 'Observation/gone' },
        response: { status: '201 Created', etag: 'W/"1"' },
      },
    ],
  });
  expect(bundle.entry?.[0]?.resource).toBeUndefined();
  expect(await api.audit()).toMatchObject([{ action: 'history', resource_id: 'gone', patient_id: 'p-1', returned: 2 }]);
});

test('what was removed and written again is there again, and its removal stays in its history', async () => {
  await api.store(heartRate('back', 'p-1'));
  await api.remove('Observation', 'back');
  await api.store(heartRate('back', 'p-1', { status: 'amended' }));
  const { entry = [] } = bundleOf(await api.get('/Observation/back/_history'));
  expect(entry.map(({ request, response }) => `${response?.etag} ${request?.method} ${response?.status}`)).toEqual([
    'W/"3" PUT 200 OK',
    'W/"2" DELETE 204 No Content',
    'W/"1" PUT 201 Created',
  ]);
  expect((await api.get('/Observation/back')).headers.get('etag')).toBe('W/"3"');
  expect((await api.get('/Observation/back/_history/2')).status).toBe(410);
});

test('a version that arrived late is in the history, and what is read stays what its source calls newer', async () => {
  await api.store(heartRate('late', 'p-1', { status: 'amended' }));
  await api.database.owner.query(
    `INSERT INTO resource_version
     SELECT resource_type, resource_id, 2, last_updated + interval '1 ms', false, $1, NULL, NULL, gen_random_uuid()
     FROM resource_version WHERE resource_id = 'late'`,
    [JSON.stringify(heartRate('late', 'p-0'))],
  );
  expect(await versionsOf('/Observation/late/_history')).toEqual(['W/"2"', 'W/"1"']);
  const { headers, body } = await api.get('/Observation/late');
  expect([headers.get('etag'), body]).toEqual(['W/"1"', expect.objectContaining({ status: 'amended' })]);
  expect(idsOf(bundleOf(await api.get('/Observation?patient=p-0')))).toEqual([]);
});

test('a history is on record under every patient whose data it shows', async () => {
  await api.get('/Observation/o-1/_history');
  expect(await api.audit()).toMatchObject([
    { patient_id: 'p-1', returned: 3 },
    { patient_id: 'p-2', returned: 3 },
  ]);
});

test('it comes in pages, which a version that arrives meanwhile does not move', async () => {
  await api.store(...[1, 2, 3, 4, 5].map((bpm) => heartRate('paged', 'p-1', { note: [{ text: `${bpm}` }] })));
  let number = 5;
  const pages = await api.pages('/Observation/paged/_history?_count=2', async () => {
    number += 1;
    await api.store(heartRate('paged', 'p-1', { note: [{ text: `${number}` }] }));
  });
  const versions = pages.map(({ entry }) => entry?.map(({ resource }) => resource?.meta?.versionId));
  expect(versions).toEqual([['5', '4'], ['3', '2'], ['1']]);
});

test('from a time on it has the versions of then', async () => {
  const { body } = await api.get('/Observation/o-1/_history/2');
  const since = body.meta?.lastUpdated ?? '';
  expect(await versionsOf(`/Observation/o-1/_history?_since=${since}`)).toEqual(['W/"3"', 'W/"2"']);
  expect(await versionsOf('/Observation/o-1/_history?_since=2999')).toEqual([]);
});

test('it refuses a cursor of another history', async () => {
  const next = link(bundleOf(await api.get('/Observation/o-1/_history?_count=1')), 'next') ?? '';
  const { status } = await api.get(`/Observation/gone/_history${new URL(next).search}`);
  expect(status).toBe(400);
});

test.each([
  ['/Observation/nothing/_history', 404],
  ['/Observation/o_1/_history', 404],
  ['/Organization/secret/_history', 404],
  // Of one resource only: whoever wants all that changed searches by _lastUpdated.
  ['/Observation/_history', 404],
  ['/_history', 404],
  ['/Observation/o-1/_history?_since=2026-02-30', 400],
  ['/Observation/o-1/_history?_count=0', 400],
  ['/Observation/o-1/_history?_at=2026', 400],
])('%s is answered %i', async (path, expected) => {
  const { status, body } = await api.get(path);
  expect([status, body.resourceType]).toEqual([expected, 'OperationOutcome']);
});
