import { BASE_URL, faults, RecordsFixture, statementOf, TYPES } from './records-fixture';
import { RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
});
afterAll(async () => {
  await api.stop();
});

test('the CapabilityStatement is valid and describes this very server', async () => {
  const answer = await api.get('/metadata');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/fhir+json']);
  const body = statementOf(answer);
  // The schema is that of 4.0.0 and cannot know the name of its own correction.
  expect(schemaFaults({ ...body, fhirVersion: '4.0.0' })).toEqual([]);
  // What the schema does not know (FHIR R4, CapabilityStatement): kind `instance` needs an implementation (cpb-15).
  expect(body).toMatchObject({ kind: 'instance', fhirVersion: '4.0.1', implementation: { url: BASE_URL } });
  expect(body.rest?.[0]?.interaction?.map(({ code }) => code)).toEqual(['transaction']);
  // FHIR R4, cpb-9 and cpb-12: each type once, each of its parameters once.
  const types = body.rest?.[0]?.resource?.map(({ type }) => type) ?? [];
  expect(types).toEqual([...TYPES, 'AuditEvent']);
  for (const { searchParam = [] } of body.rest?.[0]?.resource ?? []) {
    expect(new Set(searchParam.map(({ name }) => name)).size).toBe(searchParam.length);
  }
});

/** Legal values of search parameters, by their type. */
const VALUES: Record<string, string> = {
  token: 'a',
  date: '2026-11',
  reference: 'Patient/p-1',
  number: '10',
  string: 'json',
};

test('every interaction, parameter and operation that it states is served', async () => {
  const resources = statementOf(await api.get('/metadata')).rest?.[0]?.resource ?? [];
  for (const { type, interaction, searchParam = [], operation = [] } of resources.filter(
    (one) => one.type !== 'AuditEvent',
  )) {
    expect(interaction?.map(({ code }) => code)).toEqual([
      'read',
      'vread',
      'history-instance',
      'create',
      'update',
      'search-type',
    ]);
    const stated = searchParam.filter(({ name }) => name !== '_cursor');
    const values = stated.map((one): [string, string] => [one.name, VALUES[one.type] ?? '']);
    // All at once: a statement with every condition that there can be.
    const { status, text } = await api.get(`/${type}?${new URLSearchParams(values)}`);
    expect({ type, status, text }).toMatchObject({ type, status: 200 });
    // One by one, each is what the candidates come from; of one type, since the next would show no more.
    for (const [name, value] of type === 'Encounter' ? values : []) {
      const one = await api.get(`/${type}?${new URLSearchParams({ [name]: value })}`);
      expect({ type, name, status: one.status }).toEqual({ type, name, status: 200 });
    }
    expect(faults(await api.get(`/${type}?_cursor=x`))._cursor).toContain('is no cursor of this search');
    expect(operation.map(({ name }) => name)).toEqual(type === 'Patient' ? ['everything'] : []);
  }
});

test('what the issue asks for is searched by, on every type that FHIR has it for', async () => {
  const resources = statementOf(await api.get('/metadata')).rest?.[0]?.resource ?? [];
  const stated = (type: string) =>
    resources.find((one) => one.type === type)?.searchParam?.map(({ name }) => name) ?? [];
  for (const type of RECORD_RESOURCE_TYPES) {
    expect(stated(type)).toEqual(
      expect.arrayContaining(['_id', '_lastUpdated', 'identifier', '_count', '_cursor', '_format']),
    );
    if (type !== 'Patient') expect(stated(type)).toContain('patient');
  }
  expect(stated('Observation')).toEqual(expect.arrayContaining(['code', 'date', 'status']));
  expect(stated('Condition')).toEqual(
    expect.arrayContaining(['code', 'clinical-status', 'onset-date', 'recorded-date']),
  );
  expect(stated('Immunization')).toEqual(expect.arrayContaining(['vaccine-code', 'date', 'status']));
  expect(stated('MedicationRequest')).toEqual(expect.arrayContaining(['code', 'authoredon', 'status']));
  // FHIR R4 computes it of two elements, so that it stands at no path of its own.
  expect(stated('Patient')).toContain('deceased');
});

test('what is not stated is refused', async () => {
  const { status, text } = await api.get('/Observation?subject:Patient.name=x&_sort=date&patient.name=x&_include=*');
  expect(status).toBe(400);
  expect(text).toContain('_sort');
  expect((await api.get('/metadata?mode=full')).status).toBe(400);
  expect((await api.get('/metadata?_format=xml')).status).toBe(406);
});
