import type { CapabilityStatement } from 'fhir/r4';
import { ApiFixture, BASE_URL, faults } from './api-fixture';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
});
afterAll(async () => {
  await api.stop();
});

async function statement(): Promise<CapabilityStatement> {
  const { status, headers, body } = await api.get('/metadata');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/fhir+json']);
  if (body.resourceType !== 'CapabilityStatement') {
    throw new Error(`expected a CapabilityStatement, got ${body.resourceType}`);
  }
  return body;
}

test('the CapabilityStatement is valid and describes this very server', async () => {
  const body = await statement();
  // The schema is that of 4.0.0 and cannot know the name of its own correction.
  expect(schemaFaults({ ...body, fhirVersion: '4.0.0' })).toEqual([]);
  // What the schema does not know (FHIR R4, CapabilityStatement): kind `instance` needs an implementation (cpb-15).
  expect(body).toMatchObject({
    status: 'active',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    implementation: { url: BASE_URL },
    rest: [
      {
        mode: 'server',
        resource: [{ type: 'Observation', interaction: [{ code: 'create' }, { code: 'search-type' }] }],
        interaction: [{ code: 'batch' }],
      },
    ],
  });
});

/** A legal value of each search parameter. */
const EXAMPLES: Record<string, string> = {
  patient: 'p-1',
  code: 'http://loinc.org|8867-4',
  date: 'ge2026-11-22',
  _count: '10',
  _format: 'json',
};

test('every parameter that it states is understood, and those that are understood are stated', async () => {
  const stated = ((await statement()).rest?.[0]?.resource?.[0]?.searchParam ?? []).map(({ name }) => name);
  expect(stated).toEqual(['patient', 'code', 'date', '_count', '_cursor', '_format']);
  for (const name of stated.filter((one) => one !== '_cursor')) {
    const query = new URLSearchParams({ patient: 'p-1', [name]: EXAMPLES[name] ?? '' });
    expect({ name, status: (await api.get(`/Observation?${query}`)).status }).toEqual({ name, status: 200 });
  }
  // No cursor is known before a page; that it is named as a wrong value, not as unknown, shows that it is understood.
  const { body } = await api.get('/Observation?patient=p-1&_cursor=x');
  expect(faults(body)._cursor).toContain('is no cursor of this search');
  const unknown = await api.get('/Observation?patient=p-1&status=final');
  expect(faults(unknown.body).status).toContain(`legal are ${stated.join(', ')}`);
});

test('every resource that it states is served, and what is not stated is not', async () => {
  const types = ((await statement()).rest?.[0]?.resource ?? []).map(({ type }) => type);
  expect(types).toEqual(['Observation']);
  expect((await api.get('/Observation')).status).toBe(400);
  for (const path of ['/Patient', '/Observation/1', '/Observation/', '/', '/observation', '/Observation/_search']) {
    expect({ path, status: (await api.get(path)).status }).toEqual({ path, status: 404 });
  }
});

test('the operation that it states is served with the parameters that it tells of', async () => {
  const [operation, ...others] = (await statement()).rest?.[0]?.resource?.[0]?.operation ?? [];
  expect(others).toEqual([]);
  expect(operation).toMatchObject({
    name: 'lastn',
    definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
  });
  const told = [...(operation?.documentation ?? '').matchAll(/^- (\w+): /gm)].map(([, name]) => name);
  expect(told).toEqual(['patient', 'code', 'category', 'max', '_format']);
  const query = 'patient=p-1&code=8867-4&category=vital-signs&max=2&_format=json';
  expect((await api.get(`/Observation/$lastn?${query}`)).status).toBe(200);
});

test('its own parameters are checked as well', async () => {
  expect((await api.get('/metadata?_format=json')).status).toBe(200);
  expect((await api.get('/metadata?_format=xml')).status).toBe(406);
  const { status, body } = await api.get('/metadata?mode=terminology');
  expect([status, Object.keys(faults(body))]).toEqual([400, ['mode']]);
});
