import { eventOf, example } from './decoder';
import { indexEntries } from '../../../../src/workloads/records/decode/index-entries';
import type { ResourceWrite } from '../../../../src/workloads/records/record-event';

function written(resource: object): ResourceWrite {
  const [change] = eventOf(resource).changes;
  if (change?.kind !== 'write') throw new Error('nothing was written');
  return change;
}

/** What searches find by a parameter. */
const tokensOf = (resource: { resourceType: string }, name: string) =>
  indexEntries(resource)
    .tokens.filter(({ parameter }) => parameter === name)
    .map(({ system, code }) => `${system}|${code}`);
const datesOf = (resource: { resourceType: string }, name: string) =>
  indexEntries(resource)
    .dates.filter(({ parameter }) => parameter === name)
    .map(({ startsAt, endsAt }) => [startsAt, endsAt]);

const PATIENT = {
  resourceType: 'Patient',
  active: true,
  gender: 'other',
  identifier: [{ system: 'urn:a', value: '1' }, { value: '2' }, { system: 'urn:b' }],
  telecom: [
    { system: 'email', value: 'a@example.org' },
    { system: 'phone', value: '+1' },
  ],
  communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] } }],
};

test.each<[string, readonly string[]]>([
  ['identifier', ['urn:a|1', '|2']],
  ['gender', ['|other']],
  ['active', ['|true']],
  ['email', ['|a@example.org']],
  ['phone', ['|+1']],
  ['telecom', ['|a@example.org', '|+1']],
  ['language', ['urn:ietf:bcp:47|en']],
  ['deceased', ['|false']],
])('a Patient is found by %s', (parameter, tokens) => {
  expect(tokensOf(PATIENT, parameter)).toEqual(tokens);
});

test.each([
  [{ deceasedBoolean: true }, 'true'],
  [{ deceasedBoolean: false }, 'false'],
  [{ deceasedDateTime: '2026' }, 'true'],
])('a Patient of %j is found as deceased=%s', (change, deceased) => {
  expect(tokensOf({ ...PATIENT, ...change }, 'deceased')).toEqual([`|${deceased}`]);
});

const OBSERVATION = {
  resourceType: 'Observation',
  status: 'final',
  category: [{ coding: [{ code: 'a' }, { code: 'b', system: 's' }] }, { coding: [{ code: 'a' }] }, { text: 'c' }],
  code: { coding: [{ system: 'http://loinc.org', code: '1-8' }], text: 'x' },
  component: [{ code: { coding: [{ system: 'http://loinc.org', code: '2-6' }] } }],
};

test.each<[string, readonly string[]]>([
  ['status', ['|final']],
  ['category', ['|a', 's|b']],
  ['code', ['http://loinc.org|1-8']],
  ['component-code', ['http://loinc.org|2-6']],
  ['combo-code', ['http://loinc.org|1-8', 'http://loinc.org|2-6']],
])('an Observation is found by %s, once by each', (parameter, tokens) => {
  expect(tokensOf(OBSERVATION, parameter)).toEqual(tokens);
});

test('a token that is too long for an index is found by nothing, and stored all the same', () => {
  const long = { ...OBSERVATION, category: [{ coding: [{ code: 'x'.repeat(601) }] }] };
  expect(tokensOf(long, 'category')).toEqual([]);
  expect(written(long).content).toContain('x'.repeat(601));
});

test.each<[object, string, string]>([
  [{ effectiveDateTime: '2024' }, '2024-01-01T00:00:00.000000Z', '2025-01-01T00:00:00.000000Z'],
  [{ effectiveDateTime: '2024-02' }, '2024-02-01T00:00:00.000000Z', '2024-03-01T00:00:00.000000Z'],
  [{ effectiveDateTime: '2024-02-29' }, '2024-02-29T00:00:00.000000Z', '2024-03-01T00:00:00.000000Z'],
  [{ effectiveDateTime: '0099-12-31' }, '0099-12-31T00:00:00.000000Z', '0100-01-01T00:00:00.000000Z'],
  [{ effectiveDateTime: '2024-02-29T23:30:00-01:00' }, '2024-03-01T00:30:00.000000Z', '2024-03-01T00:30:01.000000Z'],
  [{ effectiveInstant: '2024-02-29T10:00:00.12Z' }, '2024-02-29T10:00:00.120000Z', '2024-02-29T10:00:00.130000Z'],
  [{ effectiveInstant: '2024-02-29T10:00:00.1234567Z' }, '2024-02-29T10:00:00.123456Z', '2024-02-29T10:00:00.123457Z'],
  [
    { effectivePeriod: { start: '2024', end: '2024-02' } },
    '2024-01-01T00:00:00.000000Z',
    '2024-03-01T00:00:00.000000Z',
  ],
  [
    { effectivePeriod: { start: '2024-02-29T23:30:00-01:00', end: '2024-02-29' } },
    '2024-03-01T00:30:00.000000Z',
    '2024-03-01T00:30:01.000000Z',
  ],
  [{ effectivePeriod: { start: '2024-02' } }, '2024-02-01T00:00:00.000000Z', 'infinity'],
  [{ effectivePeriod: { end: '2024-02' } }, '-infinity', '2024-03-01T00:00:00.000000Z'],
  [{ effectiveTiming: { repeat: { boundsPeriod: { end: '2024' } } } }, '-infinity', '2025-01-01T00:00:00.000000Z'],
])('an Observation of %j is found by date from %s to %s', (change, startsAt, endsAt) => {
  expect(datesOf({ ...OBSERVATION, ...change }, 'date')).toEqual([[startsAt, endsAt]]);
});

test('references are told with their places, and with each parameter that finds them', () => {
  const indexed = (change: object) => indexEntries({ ...OBSERVATION, ...change });
  const { references } = indexed({
    subject: { reference: 'Patient/p-1' },
    focus: [{ reference: 'Device/d-1/_history/3' }],
    performer: [{ reference: '#c' }, { reference: 'https://example.org/Patient/p-2' }, { identifier: { value: 'x' } }],
    extension: [{ url: 'http://example.org/x', valueReference: { reference: 'Group/g-1' } }],
  });
  expect(
    references.map(({ path, parameter, targetType, targetId }) => [path, parameter, `${targetType}/${targetId}`]),
  ).toEqual([
    ['Observation.subject', 'patient', 'Patient/p-1'],
    ['Observation.subject', 'subject', 'Patient/p-1'],
    ['Observation.focus[0]', 'focus', 'Device/d-1'],
    ['Observation.extension[0].valueReference', null, 'Group/g-1'],
  ]);
  const group = indexed({ subject: { reference: 'Group/g-1' } });
  expect(group.references.map(({ parameter }) => parameter)).toEqual(['subject']);
});

describe('a resource without id', () => {
  const { id: _id, ...patient } = example('Patient-example');

  test('has the same one for the same first identifier, whatever else is said, and another for another', () => {
    const { resourceId, content } = written(patient);
    expect(content).toMatch(new RegExp(`^\\{"resourceType":"Patient","id":"${resourceId}",`));
    expect(written({ ...patient, active: false }).resourceId).toBe(resourceId);
    expect(written({ ...patient, identifier: [{ system: 'urn:x', value: '12345' }] }).resourceId).not.toBe(resourceId);
  });

  test('and without identifier has the same one for the same content', () => {
    const { resourceId } = written({ ...patient, identifier: undefined });
    expect(written({ ...patient, identifier: undefined }).resourceId).toBe(resourceId);
    expect(written({ ...patient, identifier: undefined, active: false }).resourceId).not.toBe(resourceId);
  });
});

test.each<[object, string | null, string | null]>([
  [{}, null, null],
  [{ versionId: '7', lastUpdated: '2026-11-22T10:00:00.5+01:00' }, '7', '2026-11-22T09:00:00.500000Z'],
])('meta of %j tells the source’s version %s and time %s', (meta, sourceVersion, sourceUpdatedAt) => {
  const change = Object.keys(meta).length === 0 ? { meta: undefined } : { meta };
  expect(written({ ...example('Patient-example'), ...change })).toMatchObject({ sourceVersion, sourceUpdatedAt });
});
