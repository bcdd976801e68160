import type { OperationOutcome } from 'fhir/r4';
import { FHIR_JSON } from '../../../src/runtime/fhir/media-types';
import type { Access, AccessAudit } from '../../../src/runtime/http/access-audit';
import { type AnsweredRequest, createApiApp } from '../../../src/runtime/http/api-app';
import type { Answer, PatientDataRoute, PlainRoute, RequestFacts } from '../../../src/runtime/http/route';

const DATA = 'systolic 123';
const FACTS: RequestFacts = {
  principal: 'arn:aws:iam::111122223333:role/ward',
  requestId: 'r-1',
  baseUrl: 'https://api.example',
};
const answer: Answer = {
  status: 200,
  contentType: FHIR_JSON,
  body: { resourceType: 'Basic', text: DATA },
  returnedCount: 3,
};

/** What the application is told to do, and what it did. */
function prepare(
  change: { get?: PatientDataRoute['get']; audit?: AccessAudit; isUnavailable?: (error: unknown) => boolean } = {},
) {
  const accesses: Access[] = [];
  const answered: AnsweredRequest[] = [];
  const auditFailures: [string, unknown][] = [];
  const chart: PatientDataRoute = {
    path: '/Chart',
    patientData: { action: 'read', resourceType: 'Chart' },
    get: async (context, reading) => {
      reading.patientIds = ['p-1'];
      return change.get === undefined ? answer : change.get(context, reading);
    },
  };
  const about: PlainRoute = {
    path: '/about',
    patientData: 'none',
    get: async () => ({ ...answer, body: { about: 'us' } }),
  };
  const app = createApiApp([chart, about], {
    audit: change.audit ?? { record: async (access) => void accesses.push(access) },
    observer: {
      answered: (request) => answered.push(request),
      auditFailed: (requestId, error) => auditFailures.push([requestId, error]),
    },
    isUnavailable: change.isUnavailable ?? (() => false),
  });
  const request = async (path: string, init: RequestInit = {}, facts: RequestFacts = FACTS) =>
    app.fetch(new Request(`https://internal.example${path}`, init), facts);
  return { request, accesses, answered, auditFailures };
}

async function outcomeOf(response: Response): Promise<OperationOutcome['issue'][number] | undefined> {
  expect(response.headers.get('content-type')).toBe(FHIR_JSON);
  const body = (await response.json()) as OperationOutcome;
  expect(body.resourceType).toBe('OperationOutcome');
  return body.issue[0];
}

describe('a read of patient data', () => {
  test('is on record with who, what, whose and how it ended', async () => {
    const { request, accesses } = prepare();
    expect((await request('/Chart?patient=p-1&note=a%20b')).status).toBe(200);
    expect(accesses).toEqual([
      {
        requestId: 'r-1',
        principal: FACTS.principal,
        action: 'read',
        resourceType: 'Chart',
        resourceId: null,
        patientIds: ['p-1'],
        query: 'patient=p-1&note=a%20b',
        outcome: 'success',
        status: 200,
        returnedCount: 3,
      },
    ]);
  });

  test('is on record before its answer leaves', async () => {
    let release = (): void => undefined;
    const recorded = new Promise<void>((resolve) => (release = resolve));
    const { request } = prepare({ audit: { record: async () => recorded } });
    const response = request('/Chart');
    const first = await Promise.race([
      response,
      new Promise<string>((resolve) => setTimeout(resolve, 50, 'still waiting')),
    ]);
    expect(first).toBe('still waiting');
    release();
    expect((await response).status).toBe(200);
  });

  test('shows nothing when it cannot be put on record', async () => {
    const failure = new Error('disk full');
    const { request, answered, auditFailures } = prepare({ audit: { record: async () => Promise.reject(failure) } });
    const response = await request('/Chart');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('10');
    const text = await response.text();
    expect(text).not.toContain(DATA);
    expect(text).not.toContain('disk full');
    expect(auditFailures).toEqual([['r-1', failure]]);
    expect(answered).toMatchObject([{ status: 503, returnedCount: 0 }]);
  });

  test('is on record also when it is refused or fails', async () => {
    const refused = prepare();
    expect((await refused.request('/Chart', { headers: { Accept: 'text/html' } })).status).toBe(406);
    expect(refused.accesses).toMatchObject([{ outcome: 'refused', status: 406, patientIds: [], returnedCount: 0 }]);

    const failing = prepare({ get: async () => Promise.reject(new Error('broken')) });
    expect((await failing.request('/Chart')).status).toBe(500);
    expect(failing.accesses).toMatchObject([{ outcome: 'failed', status: 500, patientIds: ['p-1'], returnedCount: 0 }]);
  });

  test('is refused, and on record, without a principal', async () => {
    const { request, accesses } = prepare();
    const response = await request('/Chart?patient=p-1', {}, { ...FACTS, principal: null });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('AWS4-HMAC-SHA256');
    expect(await outcomeOf(response)).toMatchObject({ code: 'login' });
    expect(accesses).toMatchObject([
      { principal: 'unauthenticated', outcome: 'refused', status: 401, query: 'patient=p-1' },
    ]);
  });

  test('keeps no more of a query than the trail can bear', async () => {
    const { request, accesses } = prepare();
    await request(`/Chart?patient=${'x'.repeat(10_000)}`);
    expect(accesses[0]?.query).toHaveLength(2048);
  });

  test('by HEAD has the headers only', async () => {
    const { request, accesses } = prepare();
    const response = await request('/Chart', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(accesses).toHaveLength(1);
  });
});

describe('a route without patient data', () => {
  test('leaves no record', async () => {
    const { request, accesses } = prepare();
    expect((await request('/about')).status).toBe(200);
    expect(accesses).toEqual([]);
  });

  test('is refused without a principal all the same', async () => {
    const { request } = prepare();
    expect((await request('/about', {}, { ...FACTS, principal: null })).status).toBe(401);
  });
});

describe('every error is an OperationOutcome', () => {
  test('404 tells what there is', async () => {
    const { request, answered } = prepare();
    const response = await request('/Patient/p-1?name=x');
    expect(response.status).toBe(404);
    expect(await outcomeOf(response)).toEqual({
      severity: 'error',
      code: 'not-found',
      diagnostics: 'There is nothing here. This API offers /Chart, /about',
    });
    expect(answered).toMatchObject([{ route: 'unmatched', status: 404 }]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('405 to %s tells what is allowed', async (method) => {
    const { request, accesses, answered } = prepare();
    const response = await request('/Chart', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await outcomeOf(response)).toMatchObject({ code: 'not-supported' });
    expect(accesses).toEqual([]);
    expect(answered).toMatchObject([{ method, route: '/Chart', status: 405 }]);
  });

  test.each([
    ['/about?_format=xml', {}, 'http._format'],
    ['/about?_format=json&_format=xml', {}, 'http._format'],
    ['/about', { Accept: 'application/fhir+xml' }, 'http.Accept'],
  ])('406 to %s %j', async (path, headers, location) => {
    const { request } = prepare();
    const response = await request(path, { headers });
    expect(response.status).toBe(406);
    expect(await outcomeOf(response)).toMatchObject({ code: 'not-supported', location: [location] });
  });

  test('a format in the query overrides Accept, as a browser needs it', async () => {
    const { request } = prepare();
    expect((await request('/about?_format=json', { headers: { Accept: 'text/html' } })).status).toBe(200);
  });

  test('500 tells nothing of what went wrong', async () => {
    const secret = new Error('SELECT value FROM vital_sign failed for patient p-1');
    const { request, answered } = prepare({ get: async () => Promise.reject(secret) });
    const response = await request('/Chart');
    const text = await response.clone().text();
    expect(response.status).toBe(500);
    expect(await outcomeOf(response)).toMatchObject({ code: 'exception' });
    for (const leak of ['SELECT', 'p-1', 'at ', '.ts']) expect(text).not.toContain(leak);
    expect(answered[0]?.fault).toMatchObject({ cause: secret });
  });

  test('500 is the answer also to what is thrown and is no Error', async () => {
    const { request } = prepare({ get: async () => Promise.reject('p-1') });
    const response = await request('/Chart');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('p-1');
  });

  test('503 says that the database is away, and when to come again', async () => {
    const { request } = prepare({ get: async () => Promise.reject(new Error('away')), isUnavailable: () => true });
    const response = await request('/Chart');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await outcomeOf(response)).toMatchObject({ code: 'transient' });
  });
});

test.each([
  ['/Chart', 'GET'],
  ['/about', 'GET'],
  ['/nothing', 'GET'],
  ['/Chart', 'DELETE'],
])('%s by %s may not be kept, embedded or guessed at, and bears its request’s id', async (path, method) => {
  const { request } = prepare();
  const { headers } = await request(path, { method });
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-request-id': 'r-1',
  });
});
