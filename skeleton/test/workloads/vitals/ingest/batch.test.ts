import type { Bundle } from 'fhir/r4';
import {
  batch,
  bloodPressure,
  FHIR_JSON,
  heartRate,
  HL7_V2,
  idsOf,
  ingestFixture,
  placesOf,
  storedBy,
} from './ingest-fixture';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

/** Statuses, and places of faults, of a batch-response's entries. */
function entriesOf(text: string): (readonly [string, readonly string[]])[] {
  const { type, entry = [] } = JSON.parse(text) as Bundle;
  expect(type).toBe('batch-response');
  return entry.map(({ response }) => [
    (response?.status ?? '').slice(0, 3),
    response?.outcome === undefined ? [] : placesOf(response.outcome),
  ]);
}

const of = (patient: string, value = 72) =>
  heartRate({
    subject: { reference: `Patient/${patient}` },
    valueQuantity: { value, system: 'http://unitsofmeasure.org', code: '/min' },
  });

test('each entry is accepted with ids of its own, in the batch’s order', async () => {
  const fixture = ingestFixture();
  const { status, headers, text } = await fixture.post(
    '/',
    batch(of('p-1'), of('p-2'), bloodPressure(['8480-6', 120, 'mm[Hg]'])),
  );
  expect([status, headers.get('content-type')]).toEqual([202, FHIR_JSON]);
  expect(entriesOf(text)).toEqual([
    ['202', []],
    ['202', []],
    ['202', []],
  ]);
  const answered = JSON.parse(text) as Bundle;
  expect(schemaFaults(answered)).toEqual([]);
  const events = storedBy(fixture);
  const byPatient = (id: string) =>
    events.filter(({ patientId }) => patientId === id).map((one) => `urn:uuid:${one.id}`);
  expect(answered.entry?.map(({ resource }) => idsOf(resource).event)).toEqual([
    byPatient('p-1')[0],
    byPatient('p-2')[0],
    byPatient('p-1')[1],
  ]);
});

test('one patient’s events travel in one record, in their order', async () => {
  const fixture = ingestFixture();
  const at = (second: string) => heartRate({ effectiveDateTime: `2026-11-22T11:59:${second}Z` });
  await fixture.post('/', batch(at('03'), of('p-2'), at('01'), at('02')));
  expect(fixture.stream.taken.map(({ partitionKey }) => partitionKey)).toEqual(['p-1', 'p-2']);
  const seconds = storedBy(fixture)
    .filter(({ patientId }) => patientId === 'p-1')
    .map(({ observedAtMs }) => new Date(observedAtMs).getUTCSeconds());
  expect(seconds).toEqual([3, 1, 2]);
});

test('what is wrong is refused entry by entry, with its place, and the rest is accepted', async () => {
  const fixture = ingestFixture();
  const body = batch(of('p-1'), heartRate({ subject: undefined }), of('p-2'));
  const { status, text } = await fixture.post('/', body);
  expect(status).toBe(202);
  expect(entriesOf(text)).toEqual([
    ['202', []],
    ['422', ['required Bundle.entry[1].resource.subject']],
    ['202', []],
  ]);
  expect(storedBy(fixture).map(({ patientId }) => patientId)).toEqual(['p-1', 'p-2']);
  expect(fixture.counts).toMatchObject([{ form: 'bundle', acceptedCount: 2, refusedCount: 1, delayedCount: 0 }]);
});

test.each<[string, unknown, string[]]>([
  ['is no object', 7, ['structure Bundle.entry[0]']],
  [
    'says no request',
    { resource: of('p-1') },
    ['required Bundle.entry[0].request.method', 'required Bundle.entry[0].request.url'],
  ],
  [
    'updates',
    { resource: of('p-1'), request: { method: 'PUT', url: 'Observation/1' } },
    ['not-supported Bundle.entry[0].request.method', 'not-supported Bundle.entry[0].request.url'],
  ],
  [
    'creates a patient',
    { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
    ['not-supported Bundle.entry[0].request.url'],
  ],
  [
    'has a condition',
    { resource: of('p-1'), request: { method: 'POST', url: 'Observation', ifNoneExist: 'a=b' } },
    ['not-supported Bundle.entry[0].request.ifNoneExist'],
  ],
  ['has no resource', { request: { method: 'POST', url: 'Observation' } }, ['required Bundle.entry[0].resource']],
])('an entry that %s is refused', async (_name, entry, places) => {
  const fixture = ingestFixture();
  const { status, text } = await fixture.post('/', { resourceType: 'Bundle', type: 'batch', entry: [entry] });
  expect(status).toBe(422);
  expect(entriesOf(text)).toEqual([['422', places]]);
  expect(fixture.stream.requests).toEqual([]);
});

test.each<[string, object, number, string]>([
  ['an Observation by itself', of('p-1'), 422, 'value Bundle.resourceType'],
  ['a transaction', { ...batch(of('p-1')), type: 'transaction' }, 422, 'not-supported Bundle.type'],
  ['a collection', { ...batch(of('p-1')), type: 'collection' }, 422, 'value Bundle.type'],
  ['a batch of nothing', { ...batch(), entry: undefined }, 422, 'required Bundle.entry'],
  ['a batch of 10,000', batch(...Array.from({ length: 10_000 }, () => ({}))), 413, 'too-costly Bundle.entry'],
])('%s is refused as a whole', async (_name, body, status, place) => {
  const fixture = ingestFixture();
  const answer = await fixture.post('/', body);
  expect([answer.status, placesOf(JSON.parse(answer.text))]).toEqual([status, [place]]);
  expect(fixture.stream.requests).toEqual([]);
});

test('a batch of 10,000 is told how many are legal', async () => {
  const { text } = await ingestFixture().post('/', batch(...Array.from({ length: 10_000 }, () => ({}))));
  expect(text).toContain('10000 entries: legal are 500 at most');
});

test('a batch of as many as are legal is accepted', async () => {
  const fixture = ingestFixture();
  const { status } = await fixture.post(
    '/',
    batch(...Array.from({ length: 500 }, (_, index) => of(`p-${index % 50}`, 40 + (index % 100)))),
  );
  expect(status).toBe(202);
  expect(storedBy(fixture)).toHaveLength(500);
  expect(fixture.stream.taken).toHaveLength(50);
});

test('what the stream refused is told by the entry, and the others are accepted', async () => {
  const fixture = ingestFixture({ patienceMs: 300 });
  fixture.stream.always = { refuse: ({ partitionKey }) => partitionKey === 'p-2' };
  const { status, text } = await fixture.post('/', batch(of('p-1'), of('p-2'), heartRate({ status: 'unknown' })));
  expect(status).toBe(202);
  expect(entriesOf(text)).toEqual([
    ['202', []],
    ['503', ['transient']],
    ['422', ['business-rule Bundle.entry[2].resource.status']],
  ]);
  expect(fixture.counts).toMatchObject([{ acceptedCount: 1, refusedCount: 1, delayedCount: 1 }]);
});

test('a batch of which the stream took nothing may be sent again whole', async () => {
  const fixture = ingestFixture({ patienceMs: 200 });
  fixture.stream.always = { status: 500, type: 'InternalFailure' };
  const { status, headers } = await fixture.post('/', batch(of('p-1'), of('p-2')));
  expect([status, headers.get('retry-after')]).toEqual([503, '2']);
});

test('a batch that is sent again has the same ids, by identifier, by fullUrl and by content', async () => {
  const body = batch(heartRate({ identifier: [{ value: 'a' }] }), of('p-2'), of('p-3'));
  const named = {
    ...body,
    entry: body.entry.map((one, index) =>
      index === 1 ? { ...one, fullUrl: `urn:uuid:${'c'.repeat(8)}-0000-4000-8000-000000000000` } : one,
    ),
  };
  const idsAfter = async () => {
    const fixture = ingestFixture();
    await fixture.post('/', named);
    return storedBy(fixture).map(({ id }) => id);
  };
  const first = await idsAfter();
  expect(new Set(first).size).toBe(3);
  expect(await idsAfter()).toEqual(first);
});

test('no ids are told when the caller wants none', async () => {
  const fixture = ingestFixture();
  const { text, headers } = await fixture.post('/', batch(of('p-1')), FHIR_JSON, { Prefer: 'return=minimal' });
  expect((JSON.parse(text) as Bundle).entry).toEqual([{ response: { status: '202 Accepted' } }]);
  expect(headers.get('preference-applied')).toBe('return=minimal');
});

describe('a body', () => {
  const tooLong = JSON.stringify(batch(heartRate({ note: [{ text: 'x'.repeat(1024 * 1024) }] })));

  test.each<[string, string | Uint8Array, string | null, number, RegExp]>([
    ['above the limit', tooLong, FHIR_JSON, 413, /longer than 1048576 bytes/],
    [
      'of another kind',
      '<Bundle/>',
      'application/fhir+xml',
      415,
      /application\/fhir\+json, application\/json, application\/hl7-v2/,
    ],
    ['of no kind', '{}', null, 415, /Content-Type: legal are/],
    [
      'that says another character set',
      '{}',
      `${FHIR_JSON}; charset=iso-8859-1`,
      415,
      /legal values of charset .* are utf-8/,
    ],
    ['in another character set', Buffer.from('{"a":"ä"}', 'latin1'), FHIR_JSON, 400, /not UTF-8 from byte 6/],
    ['that is no JSON', '{"a":', FHIR_JSON, 400, /no JSON/],
    ['that is empty', '', FHIR_JSON, 400, /empty/],
    [
      'with an element twice',
      '{"resourceType":"Bundle","type":"transaction","type":"batch"}',
      FHIR_JSON,
      400,
      /two elements of one name/,
    ],
    ['of JSON’s null', 'null', FHIR_JSON, 422, /Expected a Bundle/],
  ])('%s is refused', async (_name, body, contentType, status, diagnostics) => {
    const fixture = ingestFixture();
    const answer = await fixture.post('/', body, contentType);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(FHIR_JSON);
    expect(answer.text).toMatch(diagnostics);
    expect(fixture.stream.requests).toEqual([]);
  });

  test('that was compressed is refused', async () => {
    const { status, text } = await ingestFixture().post('/', '{}', FHIR_JSON, { 'Content-Encoding': 'gzip' });
    expect([status, placesOf(JSON.parse(text))]).toEqual([415, ['not-supported http.Content-Encoding']]);
  });

  test('whose answer the caller could not read is refused before it is taken', async () => {
    const fixture = ingestFixture();
    const asFhir = await fixture.post('/', batch(of('p-1')), FHIR_JSON, { Accept: 'text/html' });
    expect(asFhir.status).toBe(406);
    const asHl7 = await fixture.post('/', 'MSH|', HL7_V2, { Accept: FHIR_JSON });
    expect(asHl7.status).toBe(406);
    expect(fixture.stream.requests).toEqual([]);
  });
});
