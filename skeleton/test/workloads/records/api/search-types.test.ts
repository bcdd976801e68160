import { bundleOf, faults, idsOf, RecordsFixture } from './records-fixture';

const subject = { reference: 'Patient/p-1' };
const coded = (code: string, system = 'urn:codes') => ({ coding: [{ system, code }] });

/** One resource of each type, with an element for each parameter that is asked for below. */
const RESOURCES = [
  {
    resourceType: 'Patient',
    id: 'p-1',
    active: true,
    gender: 'female',
    birthDate: '1980-02-29',
    deceasedDateTime: '2026-11-01',
    telecom: [
      { system: 'phone', value: '+44 20' },
      { system: 'email', value: 'a@b.example' },
    ],
    generalPractitioner: [{ reference: 'Practitioner/dr-1' }],
  },
  { resourceType: 'Patient', id: 'p-2', deceasedBoolean: false },
  {
    resourceType: 'Encounter',
    id: 'e-1',
    status: 'finished',
    class: { system: 'urn:codes', code: 'AMB' },
    type: [coded('check-up')],
    subject,
    period: { start: '2026-11-01', end: '2026-11-03' },
  },
  {
    resourceType: 'Condition',
    id: 'c-1',
    clinicalStatus: coded('active'),
    verificationStatus: coded('confirmed'),
    code: coded('asthma'),
    subject,
    encounter: { reference: 'Encounter/e-1' },
    onsetDateTime: '2025-03',
    recordedDate: '2026-11-02',
  },
  {
    resourceType: 'AllergyIntolerance',
    id: 'a-1',
    clinicalStatus: coded('resolved'),
    code: coded('nuts'),
    patient: subject,
    recordedDate: '2026-11-02',
    reaction: [{ onset: '2026-10-01T09:00:00Z', manifestation: [coded('hives')] }],
  },
  {
    resourceType: 'MedicationRequest',
    id: 'm-1',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: coded('aspirin'),
    subject,
    authoredOn: '2026-11-02T08:00:00Z',
    dosageInstruction: [{ timing: { event: ['2026-11-05'] } }],
  },
  {
    resourceType: 'Immunization',
    id: 'i-1',
    status: 'completed',
    vaccineCode: coded('mmr'),
    patient: subject,
    occurrenceDateTime: '2024-05-06',
  },
  {
    resourceType: 'Procedure',
    id: 'pr-1',
    status: 'completed',
    code: coded('appendectomy'),
    subject,
    performedPeriod: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T09:00:00Z' },
  },
  {
    resourceType: 'DiagnosticReport',
    id: 'd-1',
    status: 'final',
    category: [coded('LAB')],
    code: coded('cbc'),
    subject,
    effectiveDateTime: '2026-11-02',
    issued: '2026-11-03T10:00:00.000Z',
    result: [{ reference: 'Observation/o-1' }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'doc-1',
    status: 'current',
    type: coded('discharge-summary'),
    subject,
    date: '2026-11-03T10:00:00.000Z',
    masterIdentifier: { system: 'urn:docs', value: '7' },
    content: [{ attachment: { contentType: 'application/pdf' } }],
  },
];

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(...RESOURCES);
});
afterAll(async () => {
  await api.stop();
});

// Each with a value that finds the resource and one that does not.
test.each([
  ['Patient', 'active', 'true', 'false', 'p-1'],
  ['Patient', 'gender', 'female', 'male', 'p-1'],
  ['Patient', 'birthdate', '1980-02', '1980-03', 'p-1'],
  ['Patient', 'death-date', 'ge2026', 'lt2026', 'p-1'],
  ['Patient', 'deceased', 'true', 'maybe', 'p-1'],
  ['Patient', 'deceased', 'false', 'maybe', 'p-2'],
  ['Patient', 'phone', '%2B44 20', 'a@b.example', 'p-1'],
  ['Patient', 'email', 'a@b.example', '%2B44 20', 'p-1'],
  ['Patient', 'general-practitioner', 'Practitioner/dr-1', 'Practitioner/dr-2', 'p-1'],
  ['Encounter', 'class', 'urn:codes|AMB', 'urn:codes|IMP', 'e-1'],
  ['Encounter', 'type', 'check-up', 'AMB', 'e-1'],
  ['Encounter', 'status', 'finished', 'planned', 'e-1'],
  ['Encounter', 'date', 'ge2026-11-03', 'sa2026-11-03', 'e-1'],
  ['Condition', 'clinical-status', 'active', 'confirmed', 'c-1'],
  ['Condition', 'verification-status', 'confirmed', 'active', 'c-1'],
  ['Condition', 'code', 'urn:codes|asthma', 'urn:other|asthma', 'c-1'],
  ['Condition', 'encounter', 'Encounter/e-1', 'Encounter/e-2', 'c-1'],
  ['Condition', 'onset-date', '2025', '2026', 'c-1'],
  ['Condition', 'recorded-date', '2026-11-02', '2025-03', 'c-1'],
  ['AllergyIntolerance', 'clinical-status', 'resolved', 'active', 'a-1'],
  ['AllergyIntolerance', 'code', 'nuts', 'hives', 'a-1'],
  ['AllergyIntolerance', 'manifestation', 'hives', 'nuts', 'a-1'],
  ['AllergyIntolerance', 'date', '2026-11-02', '2026-10-01', 'a-1'],
  ['AllergyIntolerance', 'onset', '2026-10-01', '2026-11-02', 'a-1'],
  ['MedicationRequest', 'code', 'aspirin', 'order', 'm-1'],
  ['MedicationRequest', 'status', 'active', 'order', 'm-1'],
  ['MedicationRequest', 'intent', 'order', 'active', 'm-1'],
  ['MedicationRequest', 'authoredon', '2026-11-02', '2026-11-05', 'm-1'],
  ['MedicationRequest', 'date', '2026-11-05', '2026-11-02', 'm-1'],
  ['Immunization', 'vaccine-code', 'mmr', 'completed', 'i-1'],
  ['Immunization', 'status', 'completed', 'not-done', 'i-1'],
  ['Immunization', 'date', '2024-05', '2024-06', 'i-1'],
  ['Procedure', 'code', 'appendectomy', 'completed', 'pr-1'],
  ['Procedure', 'status', 'completed', 'stopped', 'pr-1'],
  ['Procedure', 'date', '2026-11-02', '2026-11-02T08:30:00Z', 'pr-1'],
  ['DiagnosticReport', 'code', 'cbc', 'LAB', 'd-1'],
  ['DiagnosticReport', 'category', 'LAB', 'cbc', 'd-1'],
  ['DiagnosticReport', 'status', 'final', 'partial', 'd-1'],
  ['DiagnosticReport', 'date', '2026-11-02', '2026-11-03', 'd-1'],
  ['DiagnosticReport', 'issued', '2026-11-03', '2026-11-02', 'd-1'],
  ['DiagnosticReport', 'result', 'Observation/o-1', 'Observation/o-2', 'd-1'],
  ['DocumentReference', 'type', 'discharge-summary', 'current', 'doc-1'],
  ['DocumentReference', 'status', 'current', 'superseded', 'doc-1'],
  ['DocumentReference', 'date', '2026-11-03', '2026-11-02', 'doc-1'],
  ['DocumentReference', 'identifier', 'urn:docs|7', 'urn:docs|8', 'doc-1'],
  ['DocumentReference', 'contenttype', 'application/pdf', 'text/plain', 'doc-1'],
])('%s is found by %s=%s and not by %s', async (type, parameter, hit, miss, id) => {
  const found = async (query: string) => idsOf(bundleOf(await api.get(`/${type}?${query}`)));
  expect(await found(`${parameter}=${hit}`)).toEqual([id]);
  expect(await found(`${parameter}=${miss}`)).toEqual([]);
  // Alone, or as one condition of several: the same.
  expect(await found(`_id=${id}&${parameter}=${hit}`)).toEqual([id]);
  expect(await found(`_id=${id}&${parameter}=${miss}`)).toEqual([]);
});

test.each(RESOURCES.map(({ resourceType }) => resourceType).filter((type) => type !== 'Patient'))(
  '%s is found by its patient, whatever element names the patient',
  async (type) => {
    expect(idsOf(bundleOf(await api.get(`/${type}?patient=p-1`)))).toHaveLength(1);
    expect(idsOf(bundleOf(await api.get(`/${type}?patient=p-2`)))).toEqual([]);
  },
);

test.each([
  ['Patient', 'patient'],
  ['Patient', 'status'],
  ['Patient', 'name'],
  ['Encounter', 'code'],
  ['Condition', 'status'],
  ['Immunization', 'code'],
  ['DocumentReference', 'vaccine-code'],
])('%s has no parameter %s in FHIR R4 that is served, and is told what there is', async (type, parameter) => {
  const answer = await api.get(`/${type}?${parameter}=x`);
  expect([answer.status, Object.keys(faults(answer))]).toEqual([400, [parameter]]);
  expect(faults(answer)[parameter]).toContain('legal are _id, _lastUpdated, ');
});
