import { blocksOf, explain } from '../../../support/query-plan';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

const ROWS = 20_000;
const ROWS_PER_STEP = 1_000;
const READING_SQL = `INSERT INTO vital_sign
  SELECT $1, $2, current_date + make_interval(secs => n), gen_random_uuid(), 'd', 60, '/min' FROM generate_series(1, $3::integer) AS n`;

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ workload: 'vitals' });
  await database.owner.query('SELECT ensure_vital_sign_partition(current_date)');
});
afterEach(async () => database.drop());

const fill = async (patientId: string, code: string, rows: number) =>
  database.owner.query(READING_SQL, [patientId, code, rows]);
const eraseStep = async (patientId: string) => {
  const { rows } = await database.owner.query<{ erased: number }>('SELECT erase_vital_signs($1, $2) AS erased', [
    patientId,
    ROWS_PER_STEP,
  ]);
  return rows[0]?.erased;
};

describe('a step of an erasure', () => {
  test('takes as many rows as it is told, over all codes, and none of another patient', async () => {
    await fill('one', '8867-4', ROWS_PER_STEP - 1);
    await fill('one', '9279-1', ROWS_PER_STEP);
    await fill('two', '8867-4', 3);

    expect(await eraseStep('one')).toBe(ROWS_PER_STEP);
    expect(await eraseStep('one')).toBe(ROWS_PER_STEP - 1);
    expect(await eraseStep('one')).toBe(0);
    expect((await database.owner.query('SELECT DISTINCT patient_id FROM vital_sign')).rows).toEqual([
      { patient_id: 'two' },
    ]);
  });

  test('reads the rows that it takes, not each of them with each other, when the statistics are older than the rows', async () => {
    const writer = await database.owner.connect();
    try {
      await writer.query('BEGIN');
      await writer.query(READING_SQL, ['long', '8867-4', ROWS]);
      // Sees pages and no rows, as autovacuum does when it comes by during a bulk load.
      await database.owner.query('ANALYZE vital_sign');
      await writer.query('COMMIT');
    } finally {
      writer.release();
    }

    const [step] = await explain(database.owner, 'SELECT erase_vital_signs($1, $2)', ['long', ROWS_PER_STEP]);

    // A few blocks a row: its page, its index entry. With each other they were a thousand.
    expect(blocksOf(step)).toBeLessThan(ROWS * 10);
  });
});
