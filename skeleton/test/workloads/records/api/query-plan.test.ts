import { PATIENTS, storeAccesses, storeMany } from './many-records';
import { bundleOf, link, RecordsFixture } from './records-fixture';
import { everythingStatement } from '../../../../src/workloads/records/api/everything-statement';
import { withContents } from '../../../../src/workloads/records/api/record-store';
import { readResourceSearch } from '../../../../src/workloads/records/api/resource-search';
import { searchStatement } from '../../../../src/workloads/records/api/search-statement';
import { readAuditSearch } from '../../../../src/workloads/records/audit/audit-search';
import { trailStatement } from '../../../../src/workloads/records/audit/audit-store';
import { blocksOf, explain, isOf, type PlanNode, rowsRead } from '../../../support/query-plan';

/** Enough that the planner does not read a table as a whole because it is small. */
const OBSERVATIONS = 60_000;
/** Blocks for a row, until the tables were analyzed: several where a bitmap of all that fits stands in for an order. */
const BLOCKS_A_ROW = 5;
/** Rows that a page costs, with what its conditions look up for each candidate and what follows to show it. */
const PAGE = 1_300;
/** Candidates of a statement that looks at more of them than fit on a page, with a row or two for each condition. */
const OF_P0 = (OBSERVATIONS / 10) * 4;
const OF_CODE = (OBSERVATIONS / 20) * 4;
const ALL = OBSERVATIONS * 4;
const OF_P7 = OBSERVATIONS / PATIENTS;

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await storeMany(api, OBSERVATIONS);
  await storeAccesses(api, OBSERVATIONS);
}, 600_000);
afterAll(async () => {
  await api.stop();
});

async function planOf(query: string): Promise<PlanNode[]> {
  const { query: search } = readResourceSearch('Observation', new URLSearchParams(query));
  const { text, values } = withContents(searchStatement(search), search.pageSize);
  return explain(api.connections, text, values);
}

/** The searches, and the rows that they may read. */
const SEARCHES: [string, number][] = [
  ['patient=p-0', PAGE],
  ['patient=p-7', PAGE],
  ['patient=p-7&code=code-7', PAGE],
  ['patient=p-7&date=ge2026-10-01', PAGE],
  ['patient=p-7&status=final&_lastUpdated=ge2020', PAGE],
  ['patient=p-0&code=code-10&date=ge2026-10-01', OF_P0],
  ['patient=p-0&status=amended', OF_P0],
  ['code=code-3', PAGE],
  ['code=http://loinc.org|code-3', PAGE],
  ['code=code-3&date=lt2026-10-31', PAGE],
  ['code=code-3&date=ge2026-10-31', OF_CODE],
  ['code=code-1&status=amended', OF_CODE],
  ['code=urn:other|&patient=p-1', PAGE],
  ['code=urn:other|', ALL],
  ['status=final', PAGE],
  ['status=amended&date=ge2026-10-31', OF_CODE],
  ['identifier=urn:lis|77', 10],
  ['identifier=77&status=final', 10],
  ['_id=o-0000001,o-0000002', 10],
  ['_lastUpdated=ge2026-11-01T01:00:00Z', PAGE],
  ['_lastUpdated=ge2026-11-01T01:00:00Z&date=ge2026-10-31', ALL],
  ['date=2026-10-31', PAGE],
  ['date=ge2026-10-31', PAGE],
  ['date=lt2026-10-31', PAGE],
  ['date=ne2026-10-31', PAGE],
  ['date=ge2026-10-30&date=lt2026-10-31', PAGE],
  ['', PAGE],
];

const sequentialOf = (nodes: readonly PlanNode[]) => nodes.filter((node) => node['Node Type'] === 'Seq Scan');

/** The search, and that for its second page where it has one. */
async function pagesOf(query: string): Promise<string[]> {
  const next = link(bundleOf(await api.get(`/Observation?${query}`)), 'next');
  return next === undefined ? [query] : [query, new URL(next).search.slice(1)];
}

test.each(SEARCHES)(
  '?%s reads no table as a whole, though nothing is known of what is in it',
  async (query, rowsMax) => {
    for (const page of await pagesOf(query)) {
      const nodes = await planOf(page);
      expect(sequentialOf(nodes)).toEqual([]);
      // Nor a whole index over and over, once for each candidate.
      expect(blocksOf(nodes[0])).toBeLessThanOrEqual(Math.max(rowsMax, PAGE) * BLOCKS_A_ROW);
    }
  },
);

describe('once the tables were analyzed', () => {
  beforeAll(async () => {
    await api.database.owner.query('ANALYZE');
  }, 120_000);

  test.each(SEARCHES)('?%s reads %i rows at the most, along indexes', async (query, rowsMax) => {
    for (const page of await pagesOf(query)) {
      const nodes = await planOf(page);
      expect(sequentialOf(nodes)).toEqual([]);
      expect(
        nodes
          .filter(isOf('resource'))
          .map(rowsRead)
          .reduce((sum, rows) => sum + rows, 0),
      ).toBeLessThanOrEqual(rowsMax);
    }
  });

  test('a patient’s record is read along indexes, in proportion to the record', async () => {
    const { text, values } = withContents(
      everythingStatement({
        patientId: 'p-7',
        resourceTypes: ['Observation', 'Patient'],
        since: '-infinity',
        careFrom: '2026-01-01',
        careTo: 'infinity',
        pageSize: 100,
        after: undefined,
      }),
      100,
    );
    const nodes = await explain(api.connections, text, values);
    expect(sequentialOf(nodes)).toEqual([]);
    expect(
      nodes
        .filter(isOf('resource'))
        .map(rowsRead)
        .reduce((sum, rows) => sum + rows, 0),
    ).toBeLessThanOrEqual(OF_P7 * 10);
  });

  test.each([
    ['patient=p-7', 101],
    ['patient=p-7&date=ge2026-10-31', 101],
    ['patient=p-7&altid=someone', OF_P7 * 2],
    ['altid=someone', 300],
    ['date=2026-10-31', 101],
    ['date=ne2026-10-31', 202],
  ])('the trail by %s reads no more than its page', async (query, rowsMax) => {
    const { text, values } = trailStatement(readAuditSearch(new URLSearchParams(query)).query);
    const nodes = await explain(api.auditor, text, values);
    expect(sequentialOf(nodes)).toEqual([]);
    expect(
      nodes
        .filter(isOf('access_audit'))
        .map(rowsRead)
        .reduce((sum, rows) => sum + rows, 0),
    ).toBeLessThanOrEqual(rowsMax);
  });
});
