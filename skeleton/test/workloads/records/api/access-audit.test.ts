import { bundleOf, faults, heartRate, patient, RecordsFixture } from './records-fixture';
import { freePort } from '../../../../local/free-port';
import type { Queryable } from '../../../../src/runtime/http/queryable';

const SECRET = '123.456';

let api: RecordsFixture;
let away: Queryable;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1'),
    patient('p-2'),
    heartRate('o-1', 'p-1', { valueQuantity: { value: Number(SECRET) } }),
    heartRate('o-2', 'p-2', { valueQuantity: { value: Number(SECRET) } }),
  );
  const { settings } = api.database;
  away = api.database.pool('pipeline_api', { database: { ...settings, port: await freePort() } });
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  await api.forgetAudit();
});

/** Every way in which data of p-1 is shown, and the patients whose data it is. */
const WAYS: readonly (readonly [string, readonly string[]])[] = [
  ['/Observation/o-1', ['p-1']],
  ['/Observation/o-1/_history/1', ['p-1']],
  ['/Observation/o-1/_history', ['p-1']],
  ['/Observation?code=8867-4', ['p-1', 'p-2']],
  ['/Observation?patient=p-1', ['p-1']],
  ['/Patient/p-1', ['p-1']],
  ['/Patient', ['p-1', 'p-2']],
  ['/Patient/p-1/$everything', ['p-1']],
];

describe.each(WAYS)('%s', (way, patients) => {
  test('is on record once for each patient shown, under one request', async () => {
    const { status } = await api.get(way, { requestId: 'r-1' });
    expect(status).toBe(200);
    const records = await api.audit();
    expect(records.map(({ patient_id, request_id, outcome }) => [patient_id, request_id, outcome])).toEqual(
      patients.map((id) => [id, 'r-1', 'success']),
    );
  });

  test('shows nothing when it cannot be recorded, and says so', async () => {
    await api.database.owner.query('REVOKE INSERT ON access_audit FROM pipeline_api');
    try {
      const answer = await api.get(way);
      expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('etag')]).toEqual([503, '10', null]);
      expect(faults(answer)).toEqual({ '': 'The access could not be recorded, so nothing is shown. Try again later.' });
      expect(answer.text).not.toMatch(/123\.456|p-1|o-1|8867/);
      expect(api.auditFailures.at(-1)).toMatchObject({ code: '42501' });
    } finally {
      await api.database.owner.query('GRANT INSERT ON access_audit TO pipeline_api');
    }
  });

  test('shows nothing when the server that takes the record is away', async () => {
    const answer = await api.get(way, {}, {}, api.app({ writer: away }));
    expect(answer.status).toBe(503);
    expect(answer.text).not.toMatch(/123\.456|ECONNREFUSED|127\.0\.0\.1|p-1/);
  });

  test('is refused without a principal, and on record', async () => {
    const answer = await api.get(way, { principal: null });
    expect(answer.status).toBe(401);
    expect(await api.audit()).toMatchObject([{ principal: 'unauthenticated', outcome: 'refused', status: 401 }]);
  });
});

test('that something is not there is not told either when it cannot be recorded', async () => {
  await api.database.owner.query('REVOKE INSERT ON access_audit FROM pipeline_api');
  try {
    for (const path of ['/Patient/nobody', '/Patient/p-1?colour=red']) {
      expect([path, (await api.get(path)).status]).toEqual([path, 503]);
    }
    const known = await api.get('/Observation/o-1', {}, { headers: { 'If-None-Match': 'W/"1"' } });
    expect(known.status).toBe(503);
  } finally {
    await api.database.owner.query('GRANT INSERT ON access_audit TO pipeline_api');
  }
});

test('no answer leaves before its record is committed', async () => {
  const blocker = await api.database.owner.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE access_audit IN ACCESS EXCLUSIVE MODE');
    let hasAnswered = false;
    const answer = api.get('/Observation/o-1').finally(() => (hasAnswered = true));
    await waitUntilBlocked();
    expect(hasAnswered).toBe(false);
    await blocker.query('COMMIT');
    expect((await answer).text).toContain(SECRET);
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

test('each page is an access of its own, under the patients that it shows', async () => {
  const pages = await api.pages('/Observation?code=8867-4&_count=1');
  expect(
    pages.map((page) => bundleOf({ status: 200, body: page, text: '', headers: new Headers() }).entry?.length),
  ).toEqual([1, 1]);
  expect((await api.audit()).map(({ patient_id, returned }) => [patient_id, returned])).toEqual([
    ['p-1', 1],
    ['p-2', 1],
  ]);
});

test.each(['/metadata', '/health', '/nothing/of/the/kind/here'])(
  '%s shows no patient’s data and leaves no record',
  async (path) => {
    await api.get(path);
    expect(await api.audit()).toEqual([]);
  },
);

test('what is told to the log holds neither patient nor query, whatever came of the request', async () => {
  for (const [way] of WAYS) await api.get(way);
  await api.get('/Patient/p-1?identifier=nhs-p-1');
  await api.get('/Observation?patient=p-1&date=never');
  const told = JSON.stringify(api.answered);
  expect(told).toContain('/:type/:id');
  expect(told).not.toMatch(/p-1|o-1|8867|nhs|never|123\.456/);
});
