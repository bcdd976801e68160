import type { AuditEvent, Bundle, CapabilityStatement, Resource } from 'fhir/r4';
import { heartRate, patient, PRINCIPAL, RecordsFixture } from './records-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { gatewayEvent, type GatewayRequest, type LambdaRun, runLambda } from '../../../support/lambda-runtime';

const INVESTIGATOR = 'arn:aws:sts::111122223333:assumed-role/privacy-officer/session';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1'),
    JSON.stringify(heartRate('o-1', 'p-1', { valueQuantity: { value: 0 } })).replace('"value":0', '"value":1.00'),
  );
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

/** A request as the gateway's routes name it. */
function get(resource: string, path: string, change: Partial<GatewayRequest> = {}): object {
  return gatewayEvent({ method: 'GET', resource, path, requestId: `request ${path}`, userArn: PRINCIPAL, ...change });
}

function bodiesOf({ answers }: LambdaRun): Resource[] {
  return answers.map(({ body }) => (body === '' ? {} : JSON.parse(body)) as Resource);
}

const eventsOf = ({ lines }: LambdaRun) => lines.flatMap(({ event }) => event ?? []);

test('the bundle of the API answers each of the gateway’s routes from the database, and says nothing of patients', async () => {
  const folder = bundle({ name: 'records-api', entry: 'src/workloads/records/api/lambda.ts' });
  const run = await runLambda(folder, { ...api.database.environment(), RESOURCE_TYPES: 'Patient,Observation' }, [
    get('/{resourceType}/{id}', '/Observation/o-1'),
    get('/{resourceType}/{id}', '/Observation/o-1', { headers: { 'If-None-Match': 'W/"1"' } }),
    get('/{resourceType}/{id}/_history/{versionId}', '/Observation/o-1/_history/1'),
    get('/{resourceType}/{id}/_history', '/Observation/o-1/_history', { query: { _count: ['1'] } }),
    get('/{resourceType}', '/Observation', { query: { patient: ['Patient/p-1'], code: ['http://loinc.org|8867-4'] } }),
    get('/{resourceType}/{id}/$everything', '/Patient/p-1/$everything'),
    get('/metadata', '/metadata'),
    get('/health', '/health'),
    get('/{resourceType}', '/Encounter'),
    get('/{resourceType}/{id}', '/Observation/o-1', { userArn: null }),
  ]);
  expect(run.answers.map(({ statusCode }) => statusCode)).toEqual([200, 304, 200, 200, 200, 200, 200, 200, 404, 401]);
  for (const index of [0, 2, 3, 4, 5]) expect(run.answers[index]?.body).toContain('"value":1.00');
  const [read, , , history, found, everything, statement] = bodiesOf(run);
  expect(read).toMatchObject({ id: 'o-1', meta: { versionId: '1' } });
  expect(run.answers[1]).toMatchObject({ body: '', headers: { etag: 'W/"1"' } });
  expect((history as Bundle).link?.[0]?.url).toBe(
    'https://api.hospital.example/prod/Observation/o-1/_history?_count=1',
  );
  expect((found as Bundle).entry?.[0]?.fullUrl).toBe('https://api.hospital.example/prod/Observation/o-1');
  expect((everything as Bundle).entry).toHaveLength(2);
  const [rest] = (statement as CapabilityStatement).rest ?? [];
  expect(rest?.resource?.map(({ type }) => type)).toEqual(['Observation', 'Patient', 'AuditEvent']);
  expect((await api.audit()).map(({ action, patient_id, status }) => [action, patient_id, status])).toEqual([
    ['read', 'p-1', 200],
    ['read', 'p-1', 304],
    ['vread', 'p-1', 200],
    ['history', 'p-1', 200],
    ['search', 'p-1', 200],
    ['operation', 'p-1', 200],
    ['search', null, 404],
    ['read', null, 401],
  ]);
  expect(eventsOf(run)).toEqual(Array(10).fill('request.answered'));
  expect(run.lines).toContainEqual(expect.objectContaining({ route: '/:type/:id/_history/:versionId', status: 200 }));
  expect(run.output).not.toMatch(/p-1|o-1|8867-4|1\.00/);
});

test('the bundle of the trail answers who accessed what, and nothing else', async () => {
  await api.get('/Observation/o-1');
  const [{ access_id: accessId } = { access_id: '' }] = await api.audit();
  const folder = bundle({ name: 'records-audit', entry: 'src/workloads/records/audit/lambda.ts' });
  const ask = { userArn: INVESTIGATOR };
  const run = await runLambda(folder, api.database.environment(), [
    get('/AuditEvent', '/AuditEvent', { ...ask, query: { patient: ['p-1'], date: ['ge2020'], _count: ['10'] } }),
    get('/AuditEvent/{id}', `/AuditEvent/${accessId}`, ask),
    get('/AuditEvent', '/AuditEvent', { ...ask, query: { patient: ['%00'] } }),
    get('/{resourceType}/{id}', '/Observation/o-1', ask),
    get('/AuditEvent', '/AuditEvent', { query: { patient: ['p-1'] }, userArn: null }),
  ]);
  expect(run.answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 400, 404, 401]);
  const [found, one] = bodiesOf(run);
  const [event] = ((found as Bundle).entry ?? []).map(({ resource }) => resource as AuditEvent);
  expect(event).toMatchObject({ agent: [{ altId: PRINCIPAL }], source: { observer: { display: 'records-test' } } });
  expect(one).toEqual(event);
  expect((await api.audit()).slice(1).map((row) => [row.principal, row.action, row.status])).toEqual([
    [INVESTIGATOR, 'search', 200],
    [INVESTIGATOR, 'read', 200],
    [INVESTIGATOR, 'search', 400],
    ['unauthenticated', 'search', 401],
  ]);
  expect(eventsOf(run)).toEqual(Array(5).fill('request.answered'));
  expect(run.output).not.toMatch(/p-1|o-1|8867/);
});

test.each([
  ['records-api', 'src/workloads/records/api/lambda.ts', /RESOURCE_TYPES is missing/],
  ['records-audit', 'src/workloads/records/audit/lambda.ts', /DATABASE_HOST is missing/],
])('%s tells what its environment lacks', async (name, entry, message) => {
  const environment = name === 'records-api' ? api.database.environment() : {};
  await expect(runLambda(bundle({ name, entry }), environment, [])).rejects.toThrow(message);
});
