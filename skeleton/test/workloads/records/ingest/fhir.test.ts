import type { Bundle } from 'fhir/r4';
import {
  FHIR_JSON,
  idsOf,
  ingestFixture,
  OBSERVATION,
  PATIENT,
  placesOf,
  PRINCIPAL,
  put,
  referencesOf,
  storedBy,
  transaction,
} from './ingest-fixture';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

const withoutId = ({ id: _id, ...rest }: { readonly id: string }) => rest;

describe('a resource that is put', () => {
  test('goes into the stream under its id, with the digits that came, in its patient’s order', async () => {
    const fixture = ingestFixture();
    const { status, headers, text } = await fixture.send('PUT /Observation/o-1', OBSERVATION);
    expect([status, headers.get('content-type')]).toEqual([202, FHIR_JSON]);
    const [stored] = storedBy(fixture);
    expect(stored).toMatchObject({
      partitionKey: 'p-1',
      event: { changes: [{ resourceType: 'Observation', resourceId: 'o-1', content: OBSERVATION }] },
    });
    expect(idsOf(text)).toEqual({ event: `urn:uuid:${stored?.event.id}`, resources: ['Observation/o-1'] });
    expect(schemaFaults(JSON.parse(text))).toEqual([]);
    expect(fixture.counts).toEqual([
      {
        requestId: 'request-1',
        principal: PRINCIPAL,
        form: 'resource',
        acceptedCount: 1,
        refusedCount: 0,
        delayedCount: 0,
      },
    ]);
  });

  test.each<[string, string, object, number, string[]]>([
    ['has another id than the path', 'PUT /Patient/p-2', PATIENT, 400, ['value Patient.id']],
    ['has no id', 'PUT /Patient/p-1', withoutId(PATIENT), 400, ['value Patient.id']],
    ['has an id that is none', 'PUT /Patient/a_b', { ...PATIENT, id: 'a_b' }, 400, ['value Patient.id']],
    ['is of another type than the path', 'PUT /Encounter/p-1', PATIENT, 422, ['value Encounter.resourceType']],
    [
      'is of a type that is not kept',
      'PUT /Device/p-1',
      { ...PATIENT, resourceType: 'Device' },
      404,
      ['not-supported'],
    ],
    ['is wrong', 'PUT /Patient/p-1', { ...PATIENT, birthDate: '1981-02-29' }, 422, ['value Patient.birthDate']],
    ['is no object', 'PUT /Patient/p-1', [PATIENT], 422, ['value Patient.resourceType']],
  ])('and %s is refused', async (_name, request, body, status, places) => {
    const fixture = ingestFixture();
    const answer = await fixture.send(request, body);
    expect([answer.status, placesOf(answer.text)]).toEqual([status, places]);
    expect(fixture.stream.requests).toEqual([]);
  });

  test.each(['If-Match', 'If-None-Exist', 'If-None-Match'])(
    'and depends on what is stored (%s) is refused',
    async (name) => {
      const fixture = ingestFixture();
      const answer = await fixture.send('PUT /Patient/p-1', PATIENT, FHIR_JSON, { [name]: 'W/"1"' });
      expect([answer.status, placesOf(answer.text)]).toEqual([422, [`not-supported http.${name}`]]);
      expect(fixture.stream.requests).toEqual([]);
    },
  );
});

describe('a resource that is posted', () => {
  test('has an id given to it, which is told, and not the one that it brings', async () => {
    const fixture = ingestFixture();
    const { status, text } = await fixture.send('POST /Patient', PATIENT);
    expect(status).toBe(202);
    expect(idsOf(text).resources).toEqual(referencesOf(fixture));
    expect(referencesOf(fixture)).not.toEqual(['Patient/p-1']);
    const patientId = referencesOf(fixture)[0]?.replace('Patient/', '');
    expect(storedBy(fixture)[0]).toMatchObject({
      partitionKey: patientId,
      event: { id: idsOf(text).event?.replace('urn:uuid:', '') },
    });
  });

  test('again has the same ids, so that it is stored once', async () => {
    const fixture = ingestFixture();
    const first = await fixture.send('POST /Observation', OBSERVATION);
    const second = await fixture.send('POST /Observation', OBSERVATION);
    expect(second.text).toBe(first.text);
    expect(new Set(storedBy(fixture).map(({ event }) => event.id)).size).toBe(1);
  });

  test('is answered without ids where none are wanted', async () => {
    const { status, headers, text } = await ingestFixture().send('POST /Patient', PATIENT, FHIR_JSON, {
      Prefer: 'return=minimal',
    });
    expect([status, headers.get('preference-applied'), text]).toEqual([202, 'return=minimal', '']);
  });
});

describe('a transaction', () => {
  const encounter = {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { code: 'IMP' },
    subject: { reference: 'urn:uuid:0f9c2c3a-5a4a-4a57-9c1e-7d2f6f0a1b2c' },
  };
  const body = transaction(
    {
      fullUrl: 'urn:uuid:0f9c2c3a-5a4a-4a57-9c1e-7d2f6f0a1b2c',
      resource: { resourceType: 'Patient', gender: 'female' },
      request: { method: 'POST', url: 'Patient' },
    },
    {
      fullUrl: 'urn:uuid:11111111-5a4a-4a57-9c1e-7d2f6f0a1b2c',
      resource: encounter,
      request: { method: 'POST', url: 'Encounter' },
    },
    { request: { method: 'DELETE', url: 'Observation/o-9' } },
  );

  test('goes into the stream as one record, and is answered entry by entry with what reads will show', async () => {
    const fixture = ingestFixture();
    const { status, text } = await fixture.send('POST /', body);
    expect(status).toBe(202);
    const answered = JSON.parse(text) as Bundle;
    expect(schemaFaults(answered)).toEqual([]);
    expect(answered.entry?.map(({ response }) => response?.location)).toEqual([
      'Patient/0f9c2c3a-5a4a-4a57-9c1e-7d2f6f0a1b2c',
      'Encounter/11111111-5a4a-4a57-9c1e-7d2f6f0a1b2c',
      'Observation/o-9',
    ]);
    expect(referencesOf(fixture)).toEqual(answered.entry?.map(({ response }) => response?.location));
    expect(storedBy(fixture)).toMatchObject([
      { partitionKey: '0f9c2c3a-5a4a-4a57-9c1e-7d2f6f0a1b2c', event: { id: answered.id } },
    ]);
    expect(fixture.counts).toMatchObject([{ form: 'bundle', acceptedCount: 1 }]);
  });

  test('with one wrong entry is refused as a whole, with the place of each fault', async () => {
    const fixture = ingestFixture();
    const wrong = { resourceType: 'Patient', id: 'p-2', gender: 'F' };
    const { status, text } = await fixture.send('POST /', transaction(put(PATIENT), put(wrong)));
    expect([status, placesOf(text)]).toEqual([422, ['code-invalid Bundle.entry[1].resource.gender']]);
    expect(text).not.toContain('"F"');
    expect(fixture.stream.requests).toEqual([]);
    expect(fixture.counts).toMatchObject([{ form: 'bundle', refusedCount: 1 }]);
  });

  test.each<[string, object, string]>([
    ['a resource by itself', PATIENT, 'value Bundle.resourceType'],
    ['a batch', { ...transaction(put(PATIENT)), type: 'batch' }, 'invalid'],
    ['a Bundle of nothing', transaction(), 'invalid'],
  ])('and not %s is legal', async (_name, wrong, place) => {
    const fixture = ingestFixture();
    const { status, text } = await fixture.send('POST /', wrong);
    expect([status, placesOf(text)]).toEqual([422, [place]]);
    expect(fixture.stream.requests).toEqual([]);
  });
});

describe('a body', () => {
  test.each<[string, string | Uint8Array, number, RegExp]>([
    ['of 20 MB', Buffer.alloc(20_000_000, '['), 413, /longer than 1048576 bytes/],
    ['that is empty', '', 400, /empty/],
    ['that is no JSON', '{"resourceType":', 400, /no JSON/],
    ['that is not UTF-8', Buffer.from('{"a":"ä"}', 'latin1'), 400, /not UTF-8 from byte 6/],
    ['that says an element twice', '{"resourceType":"Patient",\n"id":"p-1","id":"p-2"}', 400, /one name, in line 2/],
    ['that nests without end', '['.repeat(100_000) + ']'.repeat(100_000), 422, /nests deeper/],
  ])('%s is refused', async (_name, body, status, diagnostics) => {
    const fixture = ingestFixture();
    const answer = await fixture.send('PUT /Patient/p-1', body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, FHIR_JSON]);
    expect(answer.text).toMatch(diagnostics);
    expect(fixture.stream.requests).toEqual([]);
  });

  test('that no record of the stream can hold is refused, and told so', async () => {
    const fixture = ingestFixture();
    const body = JSON.stringify({ ...PATIENT, name: [{ text: 'x' }] });
    const text = body.replace('"x"', `"${'x'.repeat(1024 * 1024 - body.length + 1)}"`);
    expect(text).toHaveLength(1024 * 1024);
    const answer = await fixture.send('PUT /Patient/p-1', text);
    expect([answer.status, fixture.stream.requests]).toEqual([413, []]);
  });

  test('of another kind is refused with those that are legal', async () => {
    const { status, text } = await ingestFixture().send('POST /', '<Bundle/>', 'application/fhir+xml');
    expect(status).toBe(415);
    expect(text).toContain('application/fhir+json, application/json, application/hl7-v2');
  });
});

test('a path allows the methods that it has', async () => {
  const { status, headers } = await ingestFixture().send('PATCH /Patient/p-1', PATIENT);
  expect([status, headers.get('allow')]).toEqual([405, 'PUT']);
});

test('what the stream does not take in time may be sent again', async () => {
  const fixture = ingestFixture({ patienceMs: 200 });
  fixture.stream.always = { refuse: () => true };
  const { status, headers, text } = await fixture.send('PUT /Patient/p-1', PATIENT);
  expect([status, headers.get('retry-after'), placesOf(text)]).toEqual([503, '2', ['transient']]);
  expect(fixture.counts).toMatchObject([{ acceptedCount: 0, delayedCount: 1 }]);
});
