import { ApiFixture, NOON } from './api-fixture';
import { VITAL_SIGN_CODES } from '../../../../src/workloads/vitals/api/asked-codes';
import { LATEST_READINGS_SQL } from '../../../../src/workloads/vitals/api/reading-store';
import { blocksOf, explain, isOf, type PlanNode, rowsRead } from '../../../support/query-plan';

// Ninety partitions are made first.
jest.setTimeout(120_000);

/** As many as the default retention keeps. */
const DAYS = 90;
const READINGS_A_DAY = 400;
/** Measured at every moment; a weight only on the oldest day, and the other codes never. */
const CODES = ['8867-4', '9279-1', '8480-6', '8462-4'];
const WEIGHT = '29463-7';
/** Root and leaf of the index and a block of the table; a table of production has one or two levels more. */
const BLOCKS_A_DESCENT = 4;

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  const { owner } = api.database;
  await owner.query(
    'SELECT ensure_vital_sign_partition(($1::timestamptz - make_interval(days => day))::date) FROM generate_series(0, $2 - 1) AS day',
    [NOON, DAYS],
  );
  await owner.query(
    `INSERT INTO vital_sign
     SELECT CASE WHEN number % 5 = 0 THEN 'p-other' ELSE 'p-1' END, ($4::text[])[1 + number % 4],
            $1::timestamptz - make_interval(secs => number * 86400.0 / $3::integer), gen_random_uuid(), 'm', 1, '/min'
     FROM generate_series(0, $2::integer * $3::integer - 1) AS number
     WHERE number * 86400.0 / $3::integer < ($2::integer - 1) * 86400`,
    [NOON, DAYS, READINGS_A_DAY, CODES],
  );
  await owner.query(
    `INSERT INTO vital_sign
     VALUES ('p-1', $2, $1::timestamptz - make_interval(days => $3), gen_random_uuid(), 'm', 80, 'kg')`,
    [NOON, WEIGHT, DAYS - 1],
  );
});
afterAll(async () => {
  await api.stop();
});

async function planOf(codes: readonly string[], max: number): Promise<PlanNode[]> {
  return explain(api.connections, LATEST_READINGS_SQL, ['p-1', codes, max]);
}

const scansOf = (nodes: readonly PlanNode[]) => nodes.filter(isOf('vital_sign'));
const executed = (nodes: readonly PlanNode[]) => scansOf(nodes).filter((node) => node['Actual Loops'] > 0);
const totalRead = (nodes: readonly PlanNode[]) => scansOf(nodes).reduce((sum, node) => sum + rowsRead(node), 0);

describe.each([
  ['before', 'SELECT 1'],
  ['after', 'ANALYZE vital_sign'],
])(`over ${DAYS} days, %s their first ANALYZE`, (_name, statement) => {
  beforeAll(async () => {
    await api.database.owner.query(statement);
  });

  test.each([1, 3, 100])(
    'the last %d of codes that are measured all the time come from the newest days alone',
    async (max) => {
      const nodes = await planOf(CODES, max);

      expect(new Set(scansOf(nodes).map((node) => node['Node Type']))).toEqual(new Set(['Index Scan']));
      // A row more than is wanted tells that there is no tie; a day has eighty readings of a code.
      expect(totalRead(nodes)).toBeLessThanOrEqual(CODES.length * (max + 1));
      expect(executed(nodes).length).toBeLessThanOrEqual(1 + Math.ceil((max + 1) / 80));
    },
  );

  test('the last of all codes costs one descent of the index for each day that has none, and reads no rows in vain', async () => {
    const nodes = await planOf(VITAL_SIGN_CODES, 1);
    const rare = VITAL_SIGN_CODES.length - CODES.length;

    expect(new Set(scansOf(nodes).map((node) => node['Node Type']))).toEqual(new Set(['Index Scan']));
    expect(totalRead(nodes)).toBeLessThanOrEqual(VITAL_SIGN_CODES.length * 2);
    expect(blocksOf(nodes[0])).toBeLessThanOrEqual((rare * DAYS + CODES.length * 2) * BLOCKS_A_DESCENT);
  });

  test('a weight of three months ago is found', async () => {
    const nodes = await planOf([WEIGHT], 1);

    expect(totalRead(nodes)).toBe(1);
    expect(executed(nodes)).toHaveLength(DAYS);
    expect(blocksOf(nodes[0])).toBeLessThanOrEqual(DAYS * BLOCKS_A_DESCENT);
  });
});
