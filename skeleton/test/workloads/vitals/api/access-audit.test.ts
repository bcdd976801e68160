import { ApiFixture, PRINCIPAL, at, faults, observations, reading } from './api-fixture';
import { FHIR_JSON } from '../../../../src/runtime/fhir/media-types';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([
    reading({ value: 123.456 }),
    reading({ value: 123.457, observedAt: at(1) }),
    reading({ patientId: 'p-2', value: 99.9 }),
  ]);
});
afterAll(async () => {
  await api.stop();
});
afterEach(async () => {
  await api.database.owner.query('TRUNCATE access_audit');
});

test('a search leaves who, whose, what, when and how much', async () => {
  const before = new Date();
  const { headers } = await api.get('/Observation?patient=Patient/p-1&code=8867-4', { requestId: 'request-7' });
  expect(headers.get('x-request-id')).toBe('request-7');
  expect(await api.audit()).toEqual([
    {
      occurred_at: expect.any(Date),
      request_id: 'request-7',
      principal: PRINCIPAL,
      action: 'search',
      resource_type: 'Observation',
      resource_id: null,
      patient_id: 'p-1',
      query: 'patient=Patient/p-1&code=8867-4',
      outcome: 'success',
      status: 200,
      returned: 2,
    },
  ]);
  const { rows } = await api.database.owner.query<{ recent: boolean }>(
    'SELECT occurred_at BETWEEN $1 AND clock_timestamp() AS recent FROM access_audit',
    [new Date(before.getTime() - 1000)],
  );
  expect(rows).toEqual([{ recent: true }]);
});

test.each([
  ['patient=nobody', {}, { patient_id: 'nobody', outcome: 'success', status: 200, returned: 0 }],
  ['patient=p-1&_count=1', {}, { patient_id: 'p-1', outcome: 'success', status: 200, returned: 1 }],
  ['patient=p-1&date=2026-02-30', {}, { patient_id: 'p-1', outcome: 'refused', status: 400, returned: 0 }],
  ['patient=p-1&colour=red', {}, { patient_id: 'p-1', outcome: 'refused', status: 400, returned: 0 }],
  ['patient=p-1&patient=p-2', {}, { patient_id: null, outcome: 'refused', status: 400, returned: 0 }],
  ['code=8867-4', {}, { patient_id: null, outcome: 'refused', status: 400, returned: 0 }],
  ['patient=%00', {}, { patient_id: null, outcome: 'refused', status: 400, query: 'patient=%00' }],
  ['patient=p-1&_format=xml', {}, { outcome: 'refused', status: 406, returned: 0 }],
  ['patient=p-1', { principal: null }, { principal: 'unauthenticated', outcome: 'refused', status: 401, returned: 0 }],
])('%s by %j leaves %j', async (query, facts, expected) => {
  const { status } = await api.get(`/Observation?${query}`, facts);
  expect(status).toBe(expected.status);
  expect(await api.audit()).toMatchObject([{ query, ...expected }]);
});

test('each page of a search leaves its own record', async () => {
  const first = await api.get('/Observation?patient=p-1&_count=1');
  const next = first.body.resourceType === 'Bundle' ? first.body.link?.[1]?.url : undefined;
  await api.get(next ?? '');
  expect(await api.audit()).toMatchObject([
    { returned: 1 },
    { returned: 1, query: expect.stringContaining('_cursor=') },
  ]);
});

test('a search that cannot be recorded shows nothing, and says so', async () => {
  await api.database.owner.query('REVOKE INSERT ON access_audit FROM pipeline_api');
  try {
    const answer = await api.get('/Observation?patient=p-1');
    expect(answer.status).toBe(503);
    expect(faults(answer.body)).toEqual({
      '': 'The access could not be recorded, so nothing is shown. Try again later.',
    });
    expect(answer.text).not.toContain('123.45');
    expect(answer.text).not.toContain('p-1');
    expect(api.auditFailures.at(-1)).toMatchObject({ code: '42501' });
  } finally {
    await api.database.owner.query('GRANT INSERT ON access_audit TO pipeline_api');
  }
  expect((await api.get('/Observation?patient=p-1')).status).toBe(200);
});

test('no answer leaves before its record is committed', async () => {
  const blocker = await api.database.owner.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE access_audit IN ACCESS EXCLUSIVE MODE');
    let hasAnswered = false;
    const answer = api.get('/Observation?patient=p-1').finally(() => (hasAnswered = true));
    await waitUntilBlocked();
    expect(hasAnswered).toBe(false);
    await blocker.query('COMMIT');
    expect(observations((await answer).body)).toHaveLength(2);
  } finally {
    blocker.release();
  }
});

/** Until the API's INSERT waits for the lock, so that the test waits neither too short nor for a guessed time. */
async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await api.database.owner.query(
      `SELECT FROM pg_locks WHERE NOT granted AND relation = 'access_audit'::regclass`,
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test.each(['/metadata', '/health', '/Patient/p-1'])('%s, which shows no patient data, leaves none', async (path) => {
  await api.get(path);
  expect(await api.audit()).toEqual([]);
  expect(api.answered.at(-1)).toMatchObject({ method: 'GET', route: path.startsWith('/Patient') ? 'unmatched' : path });
});

test('what is told to the log holds neither patient nor query', async () => {
  await api.get('/Observation?patient=p-1&date=never');
  await api.get('/Observation?patient=p-1&code=8867-4', {}, { headers: { Accept: FHIR_JSON } });
  const told = JSON.stringify(api.answered.slice(-2));
  expect(told).toContain('/Observation');
  for (const secret of ['p-1', '8867-4', 'never', '123.45']) expect(told).not.toContain(secret);
});
