import type { APIGatewayProxyEvent } from 'aws-lambda';
import { Hono } from 'hono';
import { lambdaHandler } from '../../../src/runtime/http/lambda-host';
import type { ApiEnvironment } from '../../../src/runtime/http/route';

const USER_ARN = 'arn:aws:sts::111122223333:assumed-role/ward/session';

/** An event as API Gateway's REST API sends it (Lambda Developer Guide, "proxy integration input format"). */
function apiGatewayEvent(
  change: Partial<APIGatewayProxyEvent> = {},
  context: object = {},
  identity: object = {},
): APIGatewayProxyEvent {
  return {
    resource: '/Observation',
    path: '/Observation',
    httpMethod: 'GET',
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      accountId: '111122223333',
      apiId: 'a1b2c3',
      authorizer: null,
      protocol: 'HTTP/1.1',
      httpMethod: 'GET',
      path: '/prod/Observation',
      stage: 'prod',
      requestId: 'request-1',
      requestTimeEpoch: 0,
      resourceId: 'x',
      resourcePath: '/Observation',
      domainName: 'a1b2c3.execute-api.eu-central-1.amazonaws.com',
      ...context,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: 'AROAEXAMPLE:session',
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '10.0.0.1',
        user: null,
        userAgent: null,
        userArn: USER_ARN,
        ...identity,
      },
    },
    ...change,
  };
}

/** Tells what reached the application. */
const mirror = new Hono<ApiEnvironment>().all('*', async (context) =>
  context.json(
    {
      ...context.env,
      method: context.req.method,
      path: context.req.path,
      query: [...new URL(context.req.url).searchParams],
      headers: context.req.header(),
      body: await context.req.text(),
    },
    202,
  ),
);

async function mirrored(event: APIGatewayProxyEvent): Promise<Record<string, unknown>> {
  return JSON.parse((await lambdaHandler(mirror)(event)).body) as Record<string, unknown>;
}

test('the principal is the caller’s IAM ARN, and the request id API Gateway’s', async () => {
  expect(await mirrored(apiGatewayEvent())).toMatchObject({ principal: USER_ARN, requestId: 'request-1' });
});

test('without an ARN the principal is the caller, and without either there is none', async () => {
  expect(await mirrored(apiGatewayEvent({}, {}, { userArn: null }))).toMatchObject({
    principal: 'AROAEXAMPLE:session',
  });
  expect(await mirrored(apiGatewayEvent({}, {}, { userArn: null, caller: null }))).toMatchObject({ principal: null });
  expect(await mirrored(apiGatewayEvent({}, {}, { userArn: '', caller: '' }))).toMatchObject({ principal: null });
});

test('a principal in a header is none', async () => {
  const multiValueHeaders = { 'X-Amzn-Principal': ['arn:aws:iam::1:root'], Authorization: ['Basic x'] };
  expect(await mirrored(apiGatewayEvent({ multiValueHeaders }, {}, { userArn: null, caller: null }))).toMatchObject({
    principal: null,
  });
});

test.each([
  ['the stage’s own address', {}, {}, 'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod', '/Observation'],
  [
    'a custom domain with a base path',
    { path: '/vitals/Observation' },
    { path: '/vitals/Observation', domainName: 'fhir.hospital.example' },
    'https://fhir.hospital.example/vitals',
    '/Observation',
  ],
  [
    'a custom domain without one',
    {},
    { path: '/Observation', domainName: 'fhir.hospital.example' },
    'https://fhir.hospital.example',
    '/Observation',
  ],
  [
    'a resource that takes all paths',
    { resource: '/{proxy+}', path: '/Patient/p-1', pathParameters: { proxy: 'Patient/p-1' } },
    { path: '/prod/Patient/p-1' },
    'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod',
    '/Patient/p-1',
  ],
  [
    'a resource with a parameter',
    { resource: '/Patient/{id}', path: '/Patient/p-1', pathParameters: { id: 'p-1' } },
    { path: '/prod/Patient/p-1' },
    'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod',
    '/Patient/p-1',
  ],
  [
    'the root of a stage',
    { resource: '/', path: '/' },
    { path: '/prod/' },
    'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod',
    '/',
  ],
  [
    'the root below a base path',
    { resource: '/', path: '/vitals' },
    { path: '/vitals', domainName: 'fhir.hospital.example' },
    'https://fhir.hospital.example/vitals',
    '/',
  ],
])('%s gives base URL and path', async (_name, change, context, baseUrl, path) => {
  expect(await mirrored(apiGatewayEvent(change, context))).toMatchObject({ baseUrl, path });
});

test('query parameters arrive as they were meant, repeated ones too', async () => {
  const multiValueQueryStringParameters = {
    date: ['ge2026-11-22T10:00:00+01:00', 'lt2027'],
    code: ['http://loinc.org|8867-4,9279-1'],
    'a&b': ['c=d#e'],
  };
  expect((await mirrored(apiGatewayEvent({ multiValueQueryStringParameters }))).query).toEqual([
    ['date', 'ge2026-11-22T10:00:00+01:00'],
    ['date', 'lt2027'],
    ['code', 'http://loinc.org|8867-4,9279-1'],
    ['a&b', 'c=d#e'],
  ]);
});

test('headers arrive, but for those that HTTP does not carry', async () => {
  const multiValueHeaders = { Accept: ['application/json', 'text/html'], 'X-Ward': ['Kinderstation ❤'] };
  const { headers } = await mirrored(apiGatewayEvent({ multiValueHeaders }));
  expect(headers).toEqual({ accept: 'application/json, text/html' });
});

test.each([
  ['{"a":"ä"}', false],
  [Buffer.from('{"a":"ä"}').toString('base64'), true],
])('a body arrives (%s)', async (body, isBase64Encoded) => {
  expect(await mirrored(apiGatewayEvent({ httpMethod: 'POST', body, isBase64Encoded }))).toMatchObject({
    method: 'POST',
    body: '{"a":"ä"}',
  });
});

test('the answer keeps status, headers and text', async () => {
  const app = new Hono<ApiEnvironment>().get('*', (context) => context.body('{"ä":1}', 418, { 'X-A': 'b' }));
  expect(await lambdaHandler(app)(apiGatewayEvent())).toEqual({
    statusCode: 418,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-a': 'b' },
    body: '{"ä":1}',
    isBase64Encoded: false,
  });
});

test('a request that cannot be read is refused without being repeated', async () => {
  const result = await lambdaHandler(mirror)(apiGatewayEvent({ httpMethod: 'GE T' }));
  expect(result.statusCode).toBe(400);
  expect(result.headers).toMatchObject({
    'Content-Type': 'application/fhir+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': 'request-1',
  });
  expect(JSON.parse(result.body)).toEqual({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'invalid', diagnostics: 'The request cannot be read.' }],
  });
});
