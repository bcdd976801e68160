import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Bundle, Observation } from 'fhir/r4';
import { ApiFixture, PRINCIPAL, reading } from './api-fixture';
import { bundle } from '../../../../src/foundation/bundle';
import { LAMBDA_RUNTIME } from '../../../support/lambda-runtime';

let api: ApiFixture;
let directory: string;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([reading({ value: 123.456 })]);
  directory = await mkdtemp(join(tmpdir(), 'vitals-api-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await api.stop();
});

function event(query: Record<string, string[]>, userArn: string | null): object {
  return {
    resource: '/Observation',
    path: '/Observation',
    httpMethod: 'GET',
    headers: {},
    multiValueHeaders: { Accept: ['application/fhir+json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: query,
    pathParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      requestId: `request-${userArn === null ? 'anonymous' : 'signed'}`,
      path: '/prod/Observation',
      domainName: 'api.hospital.example',
      identity: { userArn, caller: null },
    },
  };
}

test('the bundle answers API Gateway’s events from the database, and says nothing of patients', async () => {
  const folder = bundle({ name: 'vitals-api', entry: 'src/workloads/vitals/api/lambda.ts' });
  const runtime = join(directory, 'runtime.mjs');
  await writeFile(runtime, LAMBDA_RUNTIME);
  const child = fork(runtime, [`${folder}/index.mjs`], {
    env: api.database.environment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    await once(child, 'message');
    const exited = once(child, 'close');
    child.send([event({ patient: ['Patient/p-1'], code: ['8867-4'] }, PRINCIPAL), event({ patient: ['p-1'] }, null)]);
    const [[answered, refused]] = (await once(child, 'message')) as [APIGatewayProxyResult[]];
    await exited;

    expect(answered).toMatchObject({
      statusCode: 200,
      isBase64Encoded: false,
      headers: { 'x-request-id': 'request-signed' },
    });
    const found = JSON.parse(answered?.body ?? '') as Bundle<Observation>;
    expect(found.link?.[0]?.url).toBe(
      'https://api.hospital.example/prod/Observation?patient=Patient%2Fp-1&code=8867-4',
    );
    expect(found.entry?.map(({ resource }) => resource?.valueQuantity?.value)).toEqual([123.456]);

    expect(refused?.statusCode).toBe(401);
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ code: 'login' }],
    });
  } finally {
    child.kill('SIGKILL');
  }
  expect(await api.audit()).toMatchObject([
    { request_id: 'request-signed', principal: PRINCIPAL, outcome: 'success', returned: 1 },
    { request_id: 'request-anonymous', principal: 'unauthenticated', outcome: 'refused', status: 401 },
  ]);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map((line) => line.event ?? `ApiErrorCount ${line.ApiErrorCount}`)).toEqual([
    'request.answered',
    'ApiErrorCount 0',
    'request.answered',
    'ApiErrorCount 0',
  ]);
  expect(output).not.toMatch(/p-1|8867-4|123\.456/);
});
