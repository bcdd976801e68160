import type { QueryResultRow } from 'pg';
import { HOSPITAL, OTHER_HOSPITAL, QueryFixture } from './query-fixture';
import type { Queryable } from '../../../../src/runtime/http/queryable';
import { StoredInstances } from '../../../../src/workloads/imaging/query/retrieve/stored-instances';
import type { Level } from '../../../../src/workloads/imaging/query/search/attributes';
import { readSearch } from '../../../../src/workloads/imaging/query/search/read-search';
import { searchStatement } from '../../../../src/workloads/imaging/query/search/statement';
import { explain, isOf, type PlanNode, rowsRead } from '../../../support/query-plan';

// Preparing takes a while.
jest.setTimeout(120_000);

/** Enough that the planner does not read a table as a whole because it is small. */
const INSTANCES = 60_000;
const SERIES = INSTANCES / 2;
const STUDIES = SERIES / 2;
const PATIENTS = 5_000;

let query: QueryFixture;
let hospitals: readonly number[];
beforeAll(async () => {
  query = await QueryFixture.start();
  hospitals = [await query.hospitalId(HOSPITAL), await query.hospitalId(OTHER_HOSPITAL)];
  for (const statement of rowsOfTwoHospitals()) {
    await query.database.owner.query(statement, [hospitals[0], hospitals[1]]);
  }
});
afterAll(async () => query.stop());

/** Every fourth patient, with all that is theirs, is the other hospital's; one study in a hundred has a rare modality. */
function rowsOfTwoHospitals(): string[] {
  const hospital = (patient: string) => `CASE WHEN ${patient} % 4 = 0 THEN $2::integer ELSE $1::integer END`;
  const [ofStudy, ofSeries, ofInstance] = [`n % ${PATIENTS}`, `(n / 2) % ${PATIENTS}`, `(n / 4) % ${PATIENTS}`];
  const date = `to_char(date '2020-01-01' + (n / 8) % 1500, 'YYYYMMDD')`;
  return [
    `INSERT INTO patient SELECT ${hospital('n')}, '', 'P-' || n, 'Name^' || n, 'name^' || n, '19700131', 'F' FROM generate_series(0, ${PATIENTS - 1}) AS n`,
    `INSERT INTO study (hospital_id, study_uid, issuer, patient_id, study_date, study_time, accession_number, study_id, first_stored_at)
     SELECT ${hospital(ofStudy)}, '1.2.' || n, '', 'P-' || ${ofStudy}, ${date}, '101500', 'A-' || n, 'S-' || n, now() FROM generate_series(0, ${STUDIES - 1}) AS n`,
    `INSERT INTO series SELECT ${hospital(ofSeries)}, '1.2.' || n / 2 || '.' || n, '1.2.' || n / 2, CASE WHEN n % 200 = 7 THEN 'US' ELSE 'CT' END, n % 2, 'Axial', 'CHEST' FROM generate_series(0, ${SERIES - 1}) AS n`,
    `INSERT INTO scan (scan_id, hospital_id, source, size_bytes, sha256, state, settled_at)
     SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, ${hospital(ofInstance)}, 'tus', 1, sha256(n::text::bytea), 'stored', now() FROM generate_series(0, ${INSTANCES - 1}) AS n`,
    `INSERT INTO instance SELECT ${hospital(ofInstance)}, '1.2.' || n / 4 || '.' || n / 2 || '.' || n, '1.2.' || n / 4 || '.' || n / 2, '1.2.' || n / 4,
       gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '1.2.840.10008.5.1.4.1.1.' || CASE WHEN n % 5000 = 3 THEN 6 ELSE 2 END,
       '1.2.840.10008.1.2.1', n % 2, 512, 512, 1, sha256(n::text::bytea), 1, '{"00080018": {"vr": "UI"}}', 'stored', 'stored', 'no', now() FROM generate_series(0, ${INSTANCES - 1}) AS n`,
  ];
}

/** What a page costs: its rows, what its conditions look up for each, and the samples and counts that are shown of it. */
const PAGE = 3_500;

/** Searches, and the rows that they may read of patients, studies, series and instances together. */
const SEARCHES: ReadonlyArray<readonly [level: Level, parameters: string, rowsMax: number]> = [
  ['study', '', PAGE],
  ['study', 'offset=500', PAGE + 1_200],
  ['study', 'StudyDate=20200301', PAGE],
  ['study', 'StudyDate=20200101-20201231', PAGE],
  ['study', 'PatientID=P-7', 200],
  ['study', 'PatientID=P-7*', PAGE],
  ['study', 'PatientName=name^77', 200],
  ['study', 'PatientName=NAME^77*', 1_500],
  // A name's end has no index: the names of a hospital are read, and none of its instances.
  ['study', 'PatientName=*^77', 2 * PATIENTS],
  ['study', 'AccessionNumber=A-77', 200],
  ['study', 'AccessionNumber=A-77*', 1_500],
  ['study', 'StudyID=S-77', 200],
  ['study', 'StudyInstanceUID=1.2.77,1.2.78', 200],
  ['study', 'ModalitiesInStudy=US', PAGE],
  ['study', 'ModalitiesInStudy=US&StudyDate=20200101-20200601', PAGE],
  ['study', 'PatientID=P-7&ModalitiesInStudy=CT', 300],
  ['series', '', PAGE],
  ['series', 'Modality=US', PAGE],
  ['series', 'PatientID=P-7', 300],
  ['series', 'StudyDate=20200301', 400],
  ['series', 'SeriesInstanceUID=1.2.77.154', 200],
  ['series', 'StudyInstanceUID=1.2.77', 200],
  ['instance', '', PAGE],
  ['instance', 'PatientID=P-7', 1_500],
  ['instance', 'StudyInstanceUID=1.2.77', 600],
  ['instance', 'SOPInstanceUID=1.2.77.154.308', 200],
  ['instance', 'SOPClassUID=1.2.840.10008.5.1.4.1.1.6', 500],
  ['instance', 'AccessionNumber=A-77', 600],
  ['instance', 'StudyDate=20200301', 1_000],
];

async function planOf(level: Level, parameters: string, scope: readonly number[]): Promise<PlanNode[]> {
  const { text, values } = searchStatement(readSearch(level, {}, new URLSearchParams(parameters)), scope);
  return explain(query.connections, text, values);
}

const TABLES = ['patient', 'study', 'series', 'instance'];
const sequentialOf = (nodes: readonly PlanNode[]) =>
  nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
const rowsOfTables = (nodes: readonly PlanNode[]) =>
  nodes
    .filter((node) => TABLES.some((table) => isOf(table)(node)))
    .map(rowsRead)
    .reduce((sum, rows) => sum + rows, 0);

/** Searches that may read a table as a whole, where that is the least: names by their end, and a modality of any time. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  'PatientName=*^77': ['patient'],
  'ModalitiesInStudy=US': ['study'],
};

const ofOne = () => hospitals.slice(0, 1);
const ofBoth = () => hospitals;

test.each(SEARCHES)(
  'a search for a %s by ?%s reads no series and no instances as a whole, though nothing is known of what is in the tables',
  async (level, parameters) => {
    for (const scope of [ofOne(), ofBoth()]) {
      const read = sequentialOf(await planOf(level, parameters, scope));
      expect(read).not.toContain('instance');
      expect(read).not.toContain('series');
    }
  },
);

describe('once the tables were analyzed', () => {
  beforeAll(async () => {
    await query.database.owner.query('ANALYZE');
  });

  test.each(SEARCHES)(
    'a search for a %s by ?%s reads along indexes, %i rows at the most',
    async (level, parameters, rowsMax) => {
      for (const [scope, factor] of [
        [ofOne(), 1],
        [ofBoth(), 2],
      ] as const) {
        const nodes = await planOf(level, parameters, scope);
        const whole = WHOLE[parameters] ?? [];
        expect(sequentialOf(nodes).filter((table) => table === undefined || !whole.includes(table))).toEqual([]);
        if (whole.length === 0) expect(rowsOfTables(nodes)).toBeLessThanOrEqual(factor * rowsMax);
      }
    },
  );

  test.each(['', '/metadata'])('a study is read%s in proportion to it', async (rest) => {
    const statements: Array<readonly [string, unknown[]]> = [];
    const watched: Queryable = {
      query: async <Row extends QueryResultRow>(text: string, values: unknown[] = []) => {
        statements.push([text, values]);
        return query.connections.query<Row>(text, values);
      },
    };
    const instances = new StoredInstances(watched, ofBoth(), {
      studyUid: '1.2.77',
      seriesUid: undefined,
      sopInstanceUid: undefined,
    });
    await instances.require({ resourceId: null, patientIds: [] });
    const found: unknown[] = [];
    for await (const one of rest === '' ? instances.all() : instances.metadata()) found.push(one);
    expect(found).toHaveLength(4);
    for (const [text, values] of statements) {
      const nodes = await explain(query.connections, text, values);
      expect(sequentialOf(nodes)).toEqual([]);
      expect(rowsOfTables(nodes)).toBeLessThanOrEqual(8);
    }
  });
});
