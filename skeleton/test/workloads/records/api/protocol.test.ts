import { faults, heartRate, RecordsFixture } from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(heartRate('o-1', 'p-1'));
});
afterAll(async () => {
  await api.stop();
});

test.each([
  ['*/*', 200],
  ['application/fhir+json', 200],
  ['application/fhir+json; fhirVersion=4.0', 200],
  ['application/json', 200],
  ['text/html, application/json;q=0.5', 200],
  ['', 200],
  ['application/fhir+xml', 406],
  ['text/html', 406],
  ['application/fhir+json;q=0', 406],
])('Accept: %s is answered %i', async (accept, expected) => {
  for (const path of ['/Observation/o-1', '/Observation?patient=p-1', '/Observation/o-1/_history']) {
    const { status, headers, body } = await api.get(path, {}, { headers: { Accept: accept } });
    expect([path, status]).toEqual([path, expected]);
    // A refusal is told in JSON also to whoever does not accept it: they can read it more likely than nothing.
    expect(headers.get('content-type')).toBe('application/fhir+json');
    expect(body.resourceType === 'OperationOutcome').toBe(expected === 406);
  }
});

test.each([
  ['json', 200],
  ['application/fhir%2Bjson', 200],
  ['application/fhir+json', 200],
  ['xml', 406],
  ['json&_format=xml', 406],
  ['', 406],
])('_format=%s is answered %i, whatever Accept says', async (format, expected) => {
  const { status } = await api.get(`/Observation/o-1?_format=${format}`, {}, { headers: { Accept: 'text/html' } });
  expect(status).toBe(expected);
});

test.each([
  ['/Observation/o-1', 'GET, HEAD'],
  ['/Observation', 'GET, HEAD'],
  ['/Observation/o-1/_history', 'GET, HEAD'],
  ['/Observation/o-1/_history/1', 'GET, HEAD'],
  ['/Patient/p-1/$everything', 'GET, HEAD'],
  ['/metadata', 'GET, HEAD'],
  // A search is asked by GET alone: its path is that of a resource.
  ['/Observation/_search', 'GET, HEAD'],
])('%s allows the methods %s and tells so', async (path, allowed) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const answer = await api.get(path, {}, { method });
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allowed]);
    expect(faults(answer)['']).toContain(`allows the methods ${allowed}`);
  }
});

test('every answer forbids to keep, embed or pass on what it shows, and names its request', async () => {
  for (const path of ['/Observation/o-1', '/Observation/nothing', '/nothing/here/at/all', '/metadata']) {
    const { headers } = await api.get(path, { requestId: 'request-7' });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.get('x-request-id')).toBe('request-7');
  }
});

test.each(['respond-async', 'handling=lenient', 'handling=strict', 'return=minimal'])(
  'Prefer: %s does not make a wrong search a right one',
  async (prefer) => {
    const answer = await api.get('/Observation?patient=p-1&colour=red', {}, { headers: { Prefer: prefer } });
    expect([answer.status, Object.keys(faults(answer))]).toEqual([400, ['colour']]);
  },
);
