import {
  BASE_URL,
  bundleOf,
  heartRate,
  idsOf,
  link,
  patient,
  PRINCIPAL,
  RecordsFixture,
  TYPES,
} from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1'),
    patient('p-2'),
    heartRate('o-1', 'p-1', { meta: { versionId: '77', lastUpdated: '2020-01-01T00:00:00Z', source: 'urn:lis' } }),
    heartRate('o-1', 'p-1', { status: 'amended' }),
    heartRate('o-1', 'p-2', { status: 'corrected' }),
    heartRate('gone', 'p-1'),
    { resourceType: 'Practitioner', id: 'dr-1' },
    { resourceType: 'Organization', id: 'secret' },
  );
  await api.remove('Observation', 'gone');
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

describe('a read by id', () => {
  test('shows the current version under its version and time', async () => {
    const { status, headers, body } = await api.get('/Observation/o-1');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/fhir+json']);
    expect(body).toEqual({
      ...heartRate('o-1', 'p-2', { status: 'corrected' }),
      meta: { versionId: '3', lastUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
    });
    expect(headers.get('etag')).toBe('W/"3"');
    const lastUpdated = new Date(body.meta?.lastUpdated ?? '');
    expect(headers.get('last-modified')).toBe(lastUpdated.toUTCString());
    expect(Math.abs(Date.now() - lastUpdated.getTime())).toBeLessThan(60_000);
  });

  test('says which patient’s data it was, though the request names none', async () => {
    await api.get('/Observation/o-1', { requestId: 'request-7' });
    expect(await api.audit()).toEqual([
      {
        access_id: expect.any(String),
        occurred_at: expect.any(Date),
        request_id: 'request-7',
        principal: PRINCIPAL,
        action: 'read',
        resource_type: 'Observation',
        resource_id: 'o-1',
        patient_id: 'p-2',
        query: '',
        outcome: 'success',
        status: 200,
        returned: 1,
      },
    ]);
  });

  test('of a Patient is one of that patient', async () => {
    await api.get('/Patient/p-1');
    expect(await api.audit()).toMatchObject([{ resource_type: 'Patient', resource_id: 'p-1', patient_id: 'p-1' }]);
  });

  test('of what is nobody’s has no patient on record', async () => {
    expect((await api.get('/Practitioner/dr-1')).status).toBe(200);
    expect(await api.audit()).toMatchObject([{ resource_type: 'Practitioner', resource_id: 'dr-1', patient_id: null }]);
  });

  test.each([
    ['/Observation/nothing', 404, { resource_type: 'Observation', resource_id: 'nothing', patient_id: null }],
    ['/Patient/nobody', 404, { resource_type: 'Patient', resource_id: 'nobody', patient_id: 'nobody' }],
    ['/Observation/gone', 410, { resource_type: 'Observation', resource_id: 'gone', patient_id: 'p-1' }],
    ['/Observation/o_1', 404, { resource_type: 'Observation', resource_id: null, patient_id: null }],
    ['/Observation/%00', 404, { resource_type: 'Observation', resource_id: null }],
    ['/Observation/%27%20OR%201=1', 404, { resource_type: 'Observation', resource_id: null }],
    [`/Observation/${'x'.repeat(65)}`, 404, { resource_type: 'Observation', resource_id: null }],
    ['/Observation/o-1?colour=red', 400, { resource_type: 'Observation', resource_id: 'o-1' }],
    ['/Organization/secret', 404, { resource_type: 'Resource', resource_id: null, patient_id: null }],
    ['/organization/secret', 404, { resource_type: 'Resource' }],
  ])('%s is answered %i and is on record', async (path, expected, record) => {
    const { status, body } = await api.get(path);
    expect([status, body.resourceType]).toEqual([expected, 'OperationOutcome']);
    expect(await api.audit()).toMatchObject([{ outcome: 'refused', status, returned: 0, ...record }]);
  });

  test('a type that the pipeline does not keep is refused with those that it keeps, though some be stored', async () => {
    const { text } = await api.get('/Organization/secret');
    expect(text).toContain(`legal are ${TYPES.join(', ')}`);
    expect(text).not.toContain('secret');
  });

  test('what no path offers is 404, what a path does not allow is 405', async () => {
    for (const path of [
      '/',
      '/Observation/',
      '/Observation/o-1/x',
      '/Observation/o-1/_history/1/x',
      '/Observation/o-1/$everything',
    ]) {
      expect({ path, status: (await api.get(path)).status }).toEqual({ path, status: 404 });
    }
    for (const path of ['/Observation/o-1', '/Observation', '/metadata', '/Patient/p-1/$everything']) {
      const { status, headers } = await api.get(path, {}, { method: 'DELETE' });
      expect({ path, status, allow: headers.get('allow') }).toEqual({ path, status: 405, allow: 'GET, HEAD' });
    }
  });

  test('by HEAD has the headers of GET, no body, and is on record', async () => {
    const { status, text, headers } = await api.get('/Observation/o-1', {}, { method: 'HEAD' });
    expect([status, text, headers.get('etag')]).toEqual([200, '', 'W/"3"']);
    expect(await api.audit()).toMatchObject([{ action: 'read', patient_id: 'p-2', returned: 1 }]);
  });

  test('without a principal is refused, and on record', async () => {
    expect((await api.get('/Observation/o-1', { principal: null })).status).toBe(401);
    expect(await api.audit()).toMatchObject([{ principal: 'unauthenticated', outcome: 'refused', status: 401 }]);
  });
});

describe('a conditional read', () => {
  const read = async (headers: Record<string, string>, path = '/Observation/o-1') => api.get(path, {}, { headers });

  test.each([
    ['W/"3"', 304],
    ['"3"', 304],
    ['W/"1", W/"3"', 304],
    ['*', 304],
    ['W/"2"', 200],
    ['W/"33"', 200],
    ['3', 200],
    ['', 200],
  ])('If-None-Match: %s is answered %i', async (tag, expected) => {
    const { status, text, headers } = await read({ 'If-None-Match': tag });
    expect(status).toBe(expected);
    expect(text === '').toBe(expected === 304);
    expect(headers.get('etag')).toBe('W/"3"');
    expect(await api.audit()).toMatchObject([{ patient_id: 'p-2', outcome: 'success', status: expected }]);
  });

  test('If-Modified-Since is answered by the time of the version, in whole seconds', async () => {
    const lastModified = (await read({})).headers.get('last-modified') ?? '';
    const earlier = new Date(Date.parse(lastModified) - 1000).toUTCString();
    const later = new Date(Date.parse(lastModified) + 1000).toUTCString();
    const statuses = [];
    for (const since of [lastModified, later, earlier, 'yesterday']) {
      statuses.push((await read({ 'If-Modified-Since': since })).status);
    }
    expect(statuses).toEqual([304, 304, 200, 200]);
    // RFC 9110, 13.2.2: the tag says more than the time.
    expect((await read({ 'If-Modified-Since': later, 'If-None-Match': 'W/"2"' })).status).toBe(200);
  });

  test('of a version is answered as well', async () => {
    expect((await read({ 'If-None-Match': 'W/"1"' }, '/Observation/o-1/_history/1')).status).toBe(304);
  });
});

describe('a read of a version', () => {
  test('shows it as it was, with what the source said of it besides version and time', async () => {
    const { status, headers, body } = await api.get('/Observation/o-1/_history/1');
    expect([status, headers.get('etag')]).toEqual([200, 'W/"1"']);
    expect(body).toEqual(
      heartRate('o-1', 'p-1', { meta: { versionId: '1', lastUpdated: expect.any(String), source: 'urn:lis' } }),
    );
    expect(Date.parse(body.meta?.lastUpdated ?? '')).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(await api.audit()).toMatchObject([{ action: 'vread', resource_id: 'o-1', patient_id: 'p-1', returned: 1 }]);
  });

  test.each(['0', '4', '01', '-1', '1.0', 'x', '99999999999999999999'])('%s is not there', async (versionId) => {
    expect((await api.get(`/Observation/o-1/_history/${versionId}`)).status).toBe(404);
    expect(await api.audit()).toMatchObject([{ action: 'vread', outcome: 'refused', status: 404 }]);
  });

  test('of what was removed is 410, and of what was before is 200', async () => {
    expect((await api.get('/Observation/gone/_history/2')).status).toBe(410);
    expect((await api.get('/Observation/gone/_history/1')).status).toBe(200);
    expect(await api.audit()).toMatchObject([{ patient_id: 'p-1' }, { patient_id: 'p-1' }]);
  });
});
