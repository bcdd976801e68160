import { ApiFixture, NOON } from './api-fixture';
import { readObservationSearch } from '../../../../src/workloads/vitals/api/observation-search';
import { READINGS_PAGE_SQL, readingsPageParameters } from '../../../../src/workloads/vitals/api/reading-store';
import { blocksOf, explain, isOf, type PlanNode, rowsOf, rowsRead } from '../../../support/query-plan';

const READINGS = 40_000;
const DAYS = 4;
const CODES = ['8867-4', '9279-1', '8480-6', '8462-4'];

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  const { owner } = api.database;
  await owner.query(
    'SELECT ensure_vital_sign_partition(($1::timestamptz - make_interval(days => day))::date) FROM generate_series(0, $2) AS day',
    [NOON, DAYS],
  );
  // One patient with most of the readings, so that reading all of this patient would be the planner's cheapest mistake.
  await owner.query(
    `INSERT INTO vital_sign
     SELECT CASE WHEN number % 5 = 0 THEN 'p-other' ELSE 'p-1' END, ($4::text[])[1 + number % 4],
            $1::timestamptz - make_interval(secs => number * 86400.0 * $3 / $2), gen_random_uuid(), 'm', 1, '/min'
     FROM generate_series(0, $2 - 1) AS number`,
    [NOON, READINGS, DAYS, CODES],
  );
});
afterAll(async () => {
  await api.stop();
});

async function planOf(query: string): Promise<PlanNode[]> {
  const { query: search } = readObservationSearch(new URLSearchParams(query));
  return explain(api.connections, READINGS_PAGE_SQL, readingsPageParameters(search));
}

/** The cursor of the page after the first. */
async function secondPage(query: string): Promise<string> {
  const { body } = await api.get(`/Observation?${query}`);
  const next = body.resourceType === 'Bundle' ? body.link?.find(({ relation }) => relation === 'next')?.url : undefined;
  return new URL(next ?? '').search.slice(1);
}

const day = NOON.toISOString().slice(0, 10);
const PAGE = 100;
// A partition of today has no statistics yet; those of the past have.
describe.each([
  ['before', 'SELECT 1'],
  ['after', 'ANALYZE vital_sign'],
])('%s its first ANALYZE', (_name, statement) => {
  beforeAll(async () => {
    await api.database.owner.query(statement);
  });

  test.each([
    ['all codes', 'patient=p-1', 12],
    ['one code', 'patient=p-1&code=8867-4', 1],
    ['two codes', 'patient=p-1&code=8867-4,9279-1', 2],
    ['one day', `patient=p-1&date=${day}`, 12],
    ['all but one day', `patient=p-1&date=ne${day}`, 24],
    ['an old stretch', `patient=p-1&date=lt${day}`, 12],
  ])('a page of %s reads no more than its own rows, from the index alone', async (_what, query, ranges) => {
    for (const search of [query, await secondPage(query)]) {
      const nodes = await planOf(search);
      const scans = nodes.filter(isOf('vital_sign'));
      expect(new Set(scans.map((node) => node['Node Type'].replace('Index Only Scan', 'Index Scan')))).toEqual(
        new Set(['Index Scan']),
      );
      // Each index range gives one page and one row at most; only these few are sorted, never a patient's whole past.
      const bound = ranges * (PAGE + 1);
      expect(scans.map(rowsRead).reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(bound);
      const sorted = nodes.filter((node) => node['Node Type'].includes('Sort')).flatMap((node) => node.Plans ?? []);
      for (const node of sorted) expect(rowsOf(node)).toBeLessThanOrEqual(bound);
    }
  });
});

test('a page deep in the past costs no more than the first, and looks at no partition of a later day', async () => {
  const query = 'patient=p-1&code=8867-4';
  const observedAt = new Date(NOON.getTime() - (DAYS - 1) * 86_400_000).toISOString().replace('Z', '000Z');
  const cursor = readObservationSearch(new URLSearchParams(query)).cursorAfter({
    observedAt,
    code: '8867-4',
    eventId: crypto.randomUUID(),
  });
  const deep = await planOf(`${query}&_cursor=${cursor}`);
  expect(blocksOf(deep[0])).toBeLessThanOrEqual(blocksOf((await planOf(query))[0]) * 2);
  const days = deep.filter(isOf('vital_sign')).map((node) => (node['Relation Name'] ?? '').slice(-8));
  expect(days.sort().at(-1)).toBe(observedAt.slice(0, 10).replaceAll('-', ''));
});
