import { readExampleObservations } from '../../../../local/hl7/read-examples';
import { resourceIssues } from '../../../../src/runtime/fhir/validation/resource-issues';
import { schemaFaults } from '../fhir-schema';

const HEART_RATE = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: 'Patient/p-1' },
  effectiveDateTime: '2026-11-22T10:00:00Z',
  valueQuantity: { value: 72, system: 'http://unitsofmeasure.org', code: '/min' },
};

/** Places and codes of what is wrong. */
function placesOf(resource: unknown): string[] {
  return resourceIssues('Observation', resource, 'Observation').map(({ code, expression }) => `${code} ${expression}`);
}

test('a right Observation has no issues', () => {
  expect(placesOf(HEART_RATE)).toEqual([]);
});

test('every Observation that HL7 gives as an example, and that its own schema takes, has no issues', () => {
  const examples = readExampleObservations().filter(({ observation }) => schemaFaults(observation).length === 0);
  expect(examples.length).toBeGreaterThan(60);
  expect(examples.filter(({ observation }) => placesOf(observation).length > 0).map(({ file }) => file)).toEqual([]);
});

test.each<[string, object, string[]]>([
  ['two values', { valueString: 'seventy' }, ['structure Observation.value']],
  [
    'a value and an extension in place of another',
    { _valueBoolean: { extension: [{ url: 'http://example.org', valueCode: 'x' }] } },
    ['structure Observation.value'],
  ],
  ['two times', { effectivePeriod: { start: '2026' } }, ['structure Observation.effective']],
  ['no status', { status: undefined }, ['required Observation.status']],
  ['a status that is none', { status: 'done' }, ['code-invalid Observation.status']],
  ['an empty array', { category: [] }, ['structure Observation.category']],
  ['an empty object', { subject: {} }, ['structure Observation.subject']],
  ['an unknown element', { colour: 'red' }, ['structure Observation.colour']],
  ['a name that is no element’s', { 'Jane Doe': 'red' }, ['structure Observation']],
  ['a day that is none', { effectiveDateTime: '2026-02-30' }, ['value Observation.effectiveDateTime']],
  ['29 February of no leap year', { issued: '2025-02-29T00:00:00Z' }, ['value Observation.issued']],
  ['a time without offset', { effectiveDateTime: '2026-11-22T10:00:00' }, ['value Observation.effectiveDateTime']],
  ['a value in text', { valueQuantity: { value: '72' } }, ['structure Observation.valueQuantity.value']],
  ['half a whole number', { valueQuantity: undefined, valueInteger: 0.5 }, ['structure Observation.valueInteger']],
  [
    'faults of a component',
    { component: [{ code: { text: 'x' } }, { valueString: '', valueTime: '25:00:00' }] },
    [
      'required Observation.component[1].code',
      'structure Observation.component[1].value',
      'value Observation.component[1].valueString',
      'value Observation.component[1].valueTime',
    ],
  ],
  ['another type', { resourceType: 'Patient' }, ['value Observation.resourceType']],
])('%s is told with its place', (_name, change, places) => {
  const resource: unknown = JSON.parse(JSON.stringify({ ...HEART_RATE, ...change }));
  expect(placesOf(resource).sort()).toEqual([...places].sort());
});

test.each([null, 7, 'Observation', []])('%j is no resource', (value) => {
  expect(placesOf(value)).toEqual(['structure Observation']);
});

test('values are never repeated, nor names that are none', () => {
  const secret = 'Jane Doe, born 1980';
  const wrong = { ...HEART_RATE, status: secret, [secret]: 1, valueString: secret, effectiveDateTime: secret };
  expect(JSON.stringify(resourceIssues('Observation', wrong, 'Observation'))).not.toContain('Jane');
});

test('what nests without end is refused and not followed', () => {
  let extension: object = { url: 'x' };
  for (let depth = 0; depth < 50_000; depth += 1) extension = { url: 'x', extension: [extension] };
  expect(resourceIssues('Observation', { ...HEART_RATE, extension: [extension] }, 'Observation')).toEqual([
    { code: 'structure', diagnostics: 'It nests deeper than 64 levels', expression: 'Observation' },
  ]);
});

test('base64 that the schema’s own pattern would try for ever is judged at once', () => {
  const valueBase64Binary = `${'AAAA  '.repeat(2_000)}!`;
  const before = process.cpuUsage();
  expect(placesOf({ ...HEART_RATE, extension: [{ url: 'x', valueBase64Binary }] })).toEqual([
    'value Observation.extension[0].valueBase64Binary',
  ]);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
});

test('a hundred faults are told by the first twenty and by how many there are', () => {
  const component = Array.from({ length: 100 }, () => ({ valueTime: '10:00:00' }));
  const issues = resourceIssues('Observation', { ...HEART_RATE, component }, 'Observation');
  expect(issues).toHaveLength(21);
  expect(issues.at(-1)?.diagnostics).toBe('80 more issues are not listed');
});
