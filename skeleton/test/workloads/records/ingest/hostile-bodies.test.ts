import fc from 'fast-check';
import { FHIR_JSON, HL7_V2, ingestFixture, OBSERVATION, PATIENT, placesOf, transaction, put } from './ingest-fixture';
import { mutated, mutation } from '../../../support/mutated-bytes';
import { A01 } from '../hl7/adt-messages';

const MEBIBYTE = 1024 * 1024;

test.each<[string, string, number]>([
  ['PUT /Patient/p-1', 'one byte above a mebibyte', MEBIBYTE + 1],
  ['POST /Patient', 'of 20 MB', 20_000_000],
  ['POST /', 'one byte above a mebibyte', MEBIBYTE + 1],
])('%s with a body %s is refused before it is read', async (request, _name, length) => {
  const fixture = ingestFixture();
  const { status, headers, text } = await fixture.send(request, Buffer.alloc(length, ' '));
  expect([status, headers.get('content-type'), placesOf(text)]).toEqual([413, FHIR_JSON, ['too-long']]);
  expect(text).toContain('longer than 1048576 bytes');
});

test.each<[string, Record<string, string>, number, string]>([
  ['no Content-Type', { 'Content-Type': '' }, 415, 'http.Content-Type'],
  ['XML', { 'Content-Type': 'application/fhir+xml' }, 415, 'http.Content-Type'],
  ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'http.Content-Type'],
  ['JSON in UTF-16', { 'Content-Type': 'application/fhir+json; charset=utf-16' }, 415, 'http.Content-Type'],
  ['a compressed body', { 'Content-Encoding': 'gzip' }, 415, 'http.Content-Encoding'],
  ['the wish for XML', { Accept: 'application/fhir+xml' }, 406, 'http.Accept'],
])('%s is answered with what is legal', async (_name, headers, expected, place) => {
  const fixture = ingestFixture();
  const { status, text } = await fixture.send('PUT /Observation/o-1', OBSERVATION, FHIR_JSON, headers);
  expect([status, placesOf(text)]).toEqual([expected, [`not-supported ${place}`]]);
  expect(fixture.stream.requests).toEqual([]);
});

test.each([
  ['DELETE /Patient/p-1', 'PUT'],
  ['POST /Patient/_search', 'PUT'],
  ['PUT /Patient', 'POST'],
  ['PUT /', 'POST'],
])('%s is not allowed, and %s is', async (request, allowed) => {
  const { status, headers } = await ingestFixture().send(request, PATIENT);
  expect([status, headers.get('allow')]).toEqual([405, allowed]);
});

/** Values of a patient in what is sent: none may come back in a refusal. */
const PATIENTS_VALUES = /Secretson|1980-02-29|07700900123|potassium|4711|9434765919/;

test.each<[string, string, Record<string, unknown>]>([
  ['an unknown element', 'PUT /Patient/p-1', { secret: 'Secretson' }],
  ['a wrong code', 'PUT /Patient/p-1', { gender: 'Secretson' }],
  ['a number for a text', 'PUT /Patient/p-1', { telecom: [{ value: 7700900123 }] }],
  ['an impossible date', 'PUT /Patient/p-1', { birthDate: '1980-02-29T' }],
  ['two values', 'PUT /Patient/p-1', { deceasedBoolean: true, deceasedDateTime: '1980-02-29' }],
])('a refusal of %s names the place and no value', async (_name, request, change) => {
  const { status, text } = await ingestFixture().send(request, { ...PATIENT, ...change });
  expect([status, text]).toEqual([422, expect.not.stringMatching(PATIENTS_VALUES)]);
  expect(text).toContain('Patient');
});

test('whatever bytes are sent as whatever, they are taken or refused in the words of their kind, and never fail', async () => {
  const seeds = [
    JSON.stringify({ ...PATIENT, name: [{ family: 'Secretson' }] }),
    OBSERVATION,
    JSON.stringify(transaction(put(PATIENT))),
    A01,
  ].map((text) => Buffer.from(text));
  const changes = fc.array(mutation('"', '{', ']', '1e999', '\\u0000', 'urn:uuid:x', '\r', '^~\\&'), { maxLength: 3 });
  const body = fc.oneof(
    fc.tuple(fc.constantFrom(...seeds), changes).map(([seed, all]) => mutated(seed, all)),
    fc.uint8Array({ maxLength: 60 }),
  );
  const request = fc.constantFrom('POST /', 'POST /Patient', 'PUT /Patient/p-1', 'PUT /Observation/o-1', 'POST /%00');
  await fc.assert(
    fc.asyncProperty(request, body, fc.constantFrom(FHIR_JSON, HL7_V2), async (where, bytes, contentType) => {
      const { status, headers, text } = await ingestFixture().send(where, Buffer.from(bytes), contentType);
      expect([202, 400, 404, 413, 415, 422]).toContain(status);
      expect(headers.get('content-type')).toMatch(/^application\/(fhir\+json|hl7-v2)/);
      if (status !== 202) expect(text).not.toMatch(/Secretson|potassium|node_modules|\.ts:\d|\bat [\w.]+ \(/);
    }),
    { numRuns: 300 },
  );
});
