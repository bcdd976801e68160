import { randomUUID } from 'node:crypto';
import type { StreamRecord } from '../../../../src/runtime/kinesis/pack-lines';
import { publishLifeEvents } from '../../../../src/workloads/imaging/life/life-events';
import { findWaiting, recordQueued, recordStep } from '../../../../src/workloads/imaging/store/scan-events';
import { ScanWork, settle } from '../../../../src/workloads/imaging/store/scan-work';
import { receiveScan } from '../../../../src/workloads/imaging/store/scans';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

let database: TestDatabase;
let hospitalId: number;

beforeEach(async () => {
  database = await createTestDatabase({ workload: 'imaging' });
  const { rows } = await database.owner.query<{ hospital_id: number }>(
    `INSERT INTO hospital (subject) VALUES ('CN=hospital') RETURNING hospital_id`,
  );
  hospitalId = rows[0]?.hospital_id ?? 0;
});
afterEach(async () => database.drop());

async function receive(): Promise<string> {
  const scanId = randomUUID();
  const summary = {
    studyInstanceUid: '2.25.1',
    seriesInstanceUid: '2.25.2',
    sopInstanceUid: '2.25.3',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
  };
  const scan = { scanId, hospitalId, source: 'tus', sizeBytes: 10, sha256: Buffer.alloc(32, 1), summary } as const;
  await receiveScan(database.pool('pipeline_uploader'), scan);
  return scanId;
}

/** A stream that takes what it is told to, and keeps its steps. */
function stream(takes: (record: StreamRecord, index: number) => boolean = () => true) {
  const steps: string[] = [];
  const put = async (records: readonly StreamRecord[]) => {
    const taken = records.filter(takes);
    steps.push(...taken.map(({ Data }) => (JSON.parse(Buffer.from(Data).toString()) as { step: string }).step));
    return new Set(taken);
  };
  return { put, steps };
}

describe('what happens to a scan', () => {
  it('is told once, oldest first, and what was not taken is told again', async () => {
    const scanId = await receive();
    await recordStep(database.pool('pipeline_processor'), { scanId, hospitalId, step: 'queued', attempt: 0 });
    const pool = database.pool('pipeline_processor');
    const [first, then] = [stream((_, index) => index === 0), stream()];
    expect(await publishLifeEvents(pool, first)).toBe(1);
    expect(await publishLifeEvents(pool, then)).toBe(1);
    expect(await publishLifeEvents(pool, then)).toBe(0);
    expect([first.steps, then.steps]).toEqual([['received'], ['queued']]);
  });

  it('is not told by another worker while one is at it, so that no step overtakes the one before', async () => {
    const scanId = await receive();
    const pool = database.pool('pipeline_processor');
    const [slow, other] = [stream(), stream()];
    let isUnderWay: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => (isUnderWay = resolve));
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const telling = publishLifeEvents(pool, {
      put: async (records) => {
        isUnderWay();
        await held;
        return slow.put(records);
      },
    });
    await underWay;
    await recordStep(pool, { scanId, hospitalId, step: 'queued', attempt: 0 });
    expect(await publishLifeEvents(pool, other)).toBe(0);
    goOn();
    expect(await telling).toBe(1);
    expect(await publishLifeEvents(pool, other)).toBe(1);
    expect([slow.steps, other.steps]).toEqual([['received'], ['queued']]);
  });

  it('has each attempt queued before it starts, and nothing queued that is stored, whoever comes late to say so', async () => {
    const scanId = await receive();
    const pool = database.pool('pipeline_processor');
    const work = new ScanWork(pool);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const before = await findWaiting(pool, scanId);
      if (before === undefined) throw new Error('The scan does not wait.');
      await work.claim(scanId, 1_000);
      // It comes late: the job was taken up at once.
      await recordQueued(pool, before);
    }
    const before = await findWaiting(pool, scanId);
    if (before === undefined) throw new Error('The scan does not wait.');
    await settle(pool, before, { state: 'stored' });
    await recordQueued(pool, before);
    const told = stream();
    await publishLifeEvents(pool, told);
    expect(told.steps).toEqual(['received', 'queued', 'started', 'queued', 'started', 'stored']);
  });
});
