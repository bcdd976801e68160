import { acceptsJson, isJsonFormat } from '../../../src/runtime/fhir/media-types';

test.each([
  undefined,
  '',
  '*/*',
  'application/*',
  'application/json',
  'application/fhir+json; fhirVersion=4.0',
  'APPLICATION/FHIR+JSON',
  'text/html, application/xhtml+xml, */*;q=0.8',
  'application/fhir+xml;q=0.9, application/fhir+json;q=0.1',
])('Accept %j can be answered', (accept) => {
  expect(acceptsJson(accept)).toBe(true);
});

test.each([
  'application/fhir+xml',
  'text/html',
  'application/json;q=0',
  'application/fhir+json; q=0.000, text/turtle',
  'json/application',
])('Accept %j cannot be answered', (accept) => {
  expect(acceptsJson(accept)).toBe(false);
});

test('a format is JSON by each of its names, also when the plus sign arrived as a space', () => {
  const names = [
    'json',
    'application/json',
    'application/fhir+json',
    'application/fhir json',
    'text/json',
    'application/fhir+json;fhirVersion=4.0',
  ];
  expect(names.map(isJsonFormat)).toEqual(names.map(() => true));
  expect(['xml', 'application/fhir+xml', 'ttl', '', 'jsonp'].map(isJsonFormat)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
