import { ApiFixture, faults, reading } from './api-fixture';
import { freePort } from '../../../../local/free-port';
import type { Queryable } from '../../../../src/runtime/http/queryable';

let api: ApiFixture;
let away: Queryable;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([reading({ value: 123.456 })]);
  const { settings } = api.database;
  away = api.database.pool('pipeline_api', { database: { ...settings, port: await freePort() } });
});
afterAll(async () => {
  await api.stop();
});
afterEach(async () => {
  await api.database.owner.query('TRUNCATE access_audit');
});

const AWAY = 'The database cannot be reached at the moment. Try again later.';

test('a reader that is away is a 503 with a time to come again, and on record', async () => {
  const answer = await api.get('/Observation?patient=p-1', {}, {}, api.app({ reader: away }));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
  expect(faults(answer.body)).toEqual({ '': AWAY });
  expect(answer.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|p-1/);
  expect(await api.audit()).toMatchObject([{ patient_id: 'p-1', outcome: 'failed', status: 503, returned: 0 }]);
  expect(api.answered.at(-1)).toMatchObject({ status: 503, fault: { cause: { code: 'ECONNREFUSED' } } });
});

test('a writer that is away leaves readings unshown, though they could be read', async () => {
  const answer = await api.get('/Observation?patient=p-1', {}, {}, api.app({ writer: away }));
  expect(answer.status).toBe(503);
  expect(answer.text).not.toContain('123.456');
  expect(api.auditFailures.at(-1)).toMatchObject({ code: 'ECONNREFUSED' });
});

test('a database without the table is a 500 that does not say so', async () => {
  await api.database.owner.query('ALTER TABLE vital_sign RENAME TO vital_sign_gone');
  try {
    const answer = await api.get('/Observation?patient=p-1');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/vital_sign|relation|42P01|SELECT/);
    expect(api.answered.at(-1)).toMatchObject({ status: 500, fault: { cause: { code: '42P01' } } });
  } finally {
    await api.database.owner.query('ALTER TABLE vital_sign_gone RENAME TO vital_sign');
  }
});

describe('health', () => {
  test('is good while both databases answer', async () => {
    const { status, headers, text } = await api.get('/health');
    expect([status, headers.get('content-type'), text]).toEqual([
      200,
      'application/json',
      '{"status":"ok","database":"reachable"}',
    ]);
  });

  test.each(['reader', 'writer'])('is a 503 when the %s is away', async (which) => {
    const { status, body } = await api.get('/health', {}, {}, api.app({ [which]: away }));
    expect(status).toBe(503);
    expect(faults(body)).toEqual({ '': AWAY });
  });
});
