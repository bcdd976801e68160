import { randomUUID } from 'node:crypto';
import { receiveScan } from '../../../../src/workloads/imaging/store/scans';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ workload: 'imaging' });
});
afterAll(async () => database.drop());

async function hospital(): Promise<number> {
  const { rows } = await database.owner.query<{ hospital_id: number }>(
    'INSERT INTO hospital (subject) VALUES ($1) RETURNING hospital_id',
    [`CN=${randomUUID()}`],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The hospital is not there.');
  return row.hospital_id;
}

const scan = (hospitalId: number) => ({
  scanId: randomUUID(),
  hospitalId,
  source: 'tus' as const,
  sizeBytes: 10,
  sha256: Buffer.alloc(32, 1),
  summary: {
    studyInstanceUid: '2.25.1',
    seriesInstanceUid: '2.25.2',
    sopInstanceUid: '2.25.3',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
  },
});

test('receives a scan with the first event of its life, by the rights of what receives', async () => {
  const pool = database.pool('pipeline_uploader');
  const received = scan(await hospital());
  await pool.use(async (client) => receiveScan(client, received));
  const { rows } = await database.owner.query(
    'SELECT state, attempts, step, attempt FROM scan JOIN scan_event USING (scan_id) WHERE scan_id = $1',
    [received.scanId],
  );
  expect(rows).toEqual([{ state: 'received', attempts: 0, step: 'received', attempt: 0 }]);
});
