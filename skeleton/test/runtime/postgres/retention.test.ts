import { expireRows } from '../../../src/runtime/postgres/retention';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

describe('the retention of quarantine and audit trail', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => database.drop());

  const quarantined = async (count: number, age: string) =>
    database.owner.query(
      `INSERT INTO quarantine SELECT 's', 'shard', $2 || '-' || n, 0, 'r', 'r', '', now() - $2::interval
       FROM generate_series(1, $1::integer) AS n`,
      [count, age],
    );
  const accessed = async (age: string) =>
    database.owner.query(
      `INSERT INTO access_audit VALUES (now() - $1::interval, 'r', 'who', 'search', 'Observation', 'p', '', 'success', 200, 1)`,
      [age],
    );
  const count = async (table: string) => {
    const { rows } = await database.owner.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${table}`);
    return rows[0]?.count;
  };
  const expire = async (days = { quarantine: 90, audit: 2_192 }, signal = new AbortController().signal) =>
    expireRows(database.pool('pipeline_processor'), days, signal);

  test('removes what is older, however much, and nothing that is younger', async () => {
    await quarantined(12_001, '91 days');
    await quarantined(2, '89 days');
    await accessed('2193 days');
    await accessed('2191 days');

    expect(await expire()).toEqual({ quarantinedCount: 12_001, accessesCount: 1 });
    expect([await count('quarantine'), await count('access_audit')]).toEqual([2, 1]);
  });

  test('removes records of what was dropped together with the accesses of their time', async () => {
    await database.owner.query(
      `INSERT INTO quarantine_dropped SELECT gen_random_uuid(), now() - age, 'who', 'why', 'id', 's', 'shard', '1', 0, 'r', 1, now()
       FROM unnest(ARRAY['2193 days', '2191 days']::interval[]) AS age`,
    );

    expect((await expire()).accessesCount).toBe(1);
    expect(await count('quarantine_dropped')).toBe(1);
  });

  test('refuses to remove records of accesses before six years are over', async () => {
    await accessed('2000 days');

    await expect(expire({ quarantine: 90, audit: 1 })).rejects.toMatchObject({ code: '22008' });
    expect(await count('access_audit')).toBe(1);
  });

  test('removes nothing more once the process is asked to end', async () => {
    await quarantined(1, '91 days');

    expect(await expire(undefined, AbortSignal.abort())).toEqual({ quarantinedCount: 0, accessesCount: 0 });
  });

  test('leaves an event that an operator is working on for the next time', async () => {
    await quarantined(2, '91 days');
    const operator = await database.owner.connect();
    await operator.query('BEGIN; SELECT FROM quarantine LIMIT 1 FOR UPDATE');

    expect((await expire()).quarantinedCount).toBe(1);
    await operator.query('ROLLBACK');
    operator.release();
    expect((await expire()).quarantinedCount).toBe(1);
  });
});
