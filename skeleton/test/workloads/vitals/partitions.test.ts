import { DatabasePool } from '../../../src/runtime/postgres/pool';
import { dayOf, PARTITION_DAYS_AHEAD, VitalSignPartitions } from '../../../src/workloads/vitals/partitions';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

const DAY_MS = 86_400_000;

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

describe('the daily partitions', () => {
  let database: TestDatabase;
  let pool: DatabasePool;
  const now = new Date();
  const today = dayOf(now.getTime());

  beforeEach(async () => {
    database = await createTestDatabase({ workload: 'vitals' });
    pool = database.pool('pipeline_processor');
  });
  afterEach(async () => database.drop());

  async function names(): Promise<string[]> {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'vital_sign'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }
  const nameOf = (day: number) => `vital_sign_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;

  test('are made from yesterday to a week ahead', async () => {
    await new VitalSignPartitions(pool, 90).maintain(now);

    expect(await names()).toEqual(
      Array.from({ length: PARTITION_DAYS_AHEAD + 2 }, (_, index) => nameOf(today - 1 + index)),
    );
  });

  test('are made once when many processors make them at once, while others write', async () => {
    const processors = Array.from(
      { length: 4 },
      () => new VitalSignPartitions(database.pool('pipeline_processor'), 90),
    );

    await Promise.all(processors.map(async (partitions) => partitions.maintain(now)));

    expect(await names()).toHaveLength(PARTITION_DAYS_AHEAD + 2);
  });

  test('can be made while a transaction holds rows of another day', async () => {
    const partitions = new VitalSignPartitions(pool, 90);
    await partitions.ensure([today], { recheck: false });
    const writer = await database.owner.connect();
    await writer.query('BEGIN');
    await writer.query(`INSERT INTO vital_sign VALUES ('p', '8867-4', now(), gen_random_uuid(), 'd', 1, '/min')`);

    await partitions.ensure([today - 1], { recheck: false });
    await writer.query('COMMIT');
    writer.release();
    expect(await names()).toEqual([nameOf(today - 1), nameOf(today)]);
  });

  test('are dropped past the retention, and two days of grace, and no earlier', async () => {
    const partitions = new VitalSignPartitions(pool, 30);
    await partitions.ensure([today - 40, today - 33, today - 32, today - 30], { recheck: false });

    expect(await partitions.maintain(now)).toBe(2);
    expect((await names()).slice(0, 2)).toEqual([nameOf(today - 32), nameOf(today - 30)]);
  });

  test('take in the first and the last instant of their day, in UTC', async () => {
    const partitions = new VitalSignPartitions(pool, 90);
    await partitions.ensure([today], { recheck: false });
    const instants = [new Date(today * DAY_MS), new Date((today + 1) * DAY_MS - 1)];

    for (const instant of instants) {
      await database.owner.query(
        `INSERT INTO vital_sign VALUES ('p', '8867-4', $1, gen_random_uuid(), 'd', 1, '/min')`,
        [instant],
      );
    }
    const { rows } = await database.owner.query(`SELECT count(*)::integer FROM ${nameOf(today)}`);
    expect(rows).toEqual([{ count: 2 }]);
  });

  test('are not made for a day that no event can have, nor dropped while they are in use', async () => {
    const partitions = new VitalSignPartitions(pool, 90);

    await expect(partitions.ensure([today + 61], { recheck: false })).rejects.toMatchObject({ code: '22008' });
    await expect(partitions.ensure([0], { recheck: false })).rejects.toMatchObject({ code: '22008' });
    await expect(pool.query('SELECT drop_vital_sign_partitions(current_date + 1)')).rejects.toMatchObject({
      code: '22008',
    });
  });
});
