import type { Bundle, Observation } from 'fhir/r4';
import { ApiFixture, PRINCIPAL, reading } from './api-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { gatewayEvent, runLambda } from '../../../support/lambda-runtime';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([reading({ value: 123.456 })]);
});
afterAll(async () => {
  await api.stop();
});

function event(query: Record<string, string[]>, userArn: string | null): object {
  return gatewayEvent({
    method: 'GET',
    path: '/Observation',
    query,
    headers: { Accept: 'application/fhir+json' },
    requestId: `request-${userArn === null ? 'anonymous' : 'signed'}`,
    userArn,
  });
}

test('the bundle answers API Gateway’s events from the database, and says nothing of patients', async () => {
  const folder = bundle({ name: 'vitals-api', entry: 'src/workloads/vitals/api/lambda.ts' });
  const {
    answers: [answered, refused],
    lines,
    output,
  } = await runLambda(folder, api.database.environment(), [
    event({ patient: ['Patient/p-1'], code: ['8867-4'] }, PRINCIPAL),
    event({ patient: ['p-1'] }, null),
  ]);

  expect(answered).toMatchObject({
    statusCode: 200,
    isBase64Encoded: false,
    headers: { 'x-request-id': 'request-signed' },
  });
  const found = JSON.parse(answered?.body ?? '') as Bundle<Observation>;
  expect(found.link?.[0]?.url).toBe('https://api.hospital.example/prod/Observation?patient=Patient%2Fp-1&code=8867-4');
  expect(found.entry?.map(({ resource }) => resource?.valueQuantity?.value)).toEqual([123.456]);

  expect(refused?.statusCode).toBe(401);
  expect(JSON.parse(refused?.body ?? '')).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ code: 'login' }],
  });
  expect(await api.audit()).toMatchObject([
    { request_id: 'request-signed', principal: PRINCIPAL, outcome: 'success', returned: 1 },
    { request_id: 'request-anonymous', principal: 'unauthenticated', outcome: 'refused', status: 401 },
  ]);
  expect(lines.map((line) => line.event ?? `ApiErrorCount ${line.ApiErrorCount}`)).toEqual([
    'request.answered',
    'ApiErrorCount 0',
    'request.answered',
    'ApiErrorCount 0',
  ]);
  expect(output).not.toMatch(/p-1|8867-4|123\.456/);
});
