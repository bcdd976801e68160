import { randomUUID } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorkerFixture, type WorkerFixture } from './worker-fixture';
import { Metrics } from '../../../../src/runtime/metrics/metrics';
import { ScanFiles } from '../../../../src/workloads/imaging/worker/scan-files';
import { Sweep } from '../../../../src/workloads/imaging/worker/sweep';
import { makeInstance } from '../support/part10';

const never = new AbortController().signal;
let fixture: WorkerFixture;
let hospitalId: number;

beforeEach(async () => {
  fixture = await startWorkerFixture();
  hospitalId = await fixture.hospital();
});
afterEach(async () => fixture.stop());

/** A sweep over a queue that holds what it is told to. */
function sweepOver(held: ReadonlySet<string> = new Set()) {
  const added: string[] = [];
  const cleared: string[] = [];
  const failed: object[] = [];
  const lines: string[] = [];
  const metrics = new Metrics('test', (line) => lines.push(line));
  const sweep = new Sweep({
    pool: fixture.database.pool('pipeline_processor'),
    queue: { add: async (scanId) => void added.push(scanId), holding: async () => held },
    files: new ScanFiles(fixture.folder),
    clear: async (scanId) => void cleared.push(scanId),
    log: { event: (event, fields) => void (event === 'sweep.failed' && failed.push(fields ?? {})) },
    metrics,
  });
  const told = () => {
    metrics.flush();
    return Object.assign({}, ...lines.map((line) => JSON.parse(line) as object)) as Record<string, unknown>;
  };
  return { sweep, added, cleared, failed, told };
}

/** A file that nobody has written to for an hour. */
function oldFile(...names: string[]): void {
  const path = join(fixture.folder, ...names);
  writeFileSync(path, 'bytes');
  const then = new Date(Date.now() - 3_600_000);
  utimesSync(path, then, then);
}

async function openUpload(expiresIn: string): Promise<string> {
  const uploadId = randomUUID();
  await fixture.database.owner.query(
    `INSERT INTO upload (upload_id, hospital_id, expires_at, length_bytes) VALUES ($1, $2, now() + $3::interval, 10)`,
    [uploadId, hospitalId, expiresIn],
  );
  return uploadId;
}

test('queues every scan that waits and that the queue does not hold, and tells how much waits', async () => {
  const [held, lost] = [
    await fixture.receive(makeInstance(), hospitalId),
    await fixture.receive(makeInstance(), hospitalId),
  ];
  const settled = await fixture.receive(makeInstance(), hospitalId);
  await fixture.database.owner.query(`UPDATE scan SET state = 'stored', settled_at = now() WHERE scan_id = $1`, [
    settled,
  ]);
  const { sweep, added, cleared, failed, told } = sweepOver(new Set([held]));
  expect(await sweep.round(never)).toMatchObject({ requeuedCount: 1, clearedCount: 1 });
  expect({ added, cleared, failed }).toEqual({ added: [lost], cleared: [settled], failed: [] });
  expect(told()).toMatchObject({ ScansRequeuedCount: 1, QueueDepthCount: [2] });
});

test('abandons uploads that expired, and removes the files that no row wants', async () => {
  const [expired, open] = [await openUpload('-1 minute'), await openUpload('1 hour')];
  const waiting = await fixture.receive(makeInstance(), hospitalId);
  utimesSync(join(fixture.folder, waiting), new Date(0), new Date(0));
  const stray = randomUUID();
  for (const name of [expired, open, `${open}.${randomUUID()}`]) oldFile('.incoming', name);
  oldFile(stray);
  oldFile('not-ours.txt');
  const young = randomUUID();
  writeFileSync(join(fixture.folder, young), 'bytes');

  const { sweep, failed } = sweepOver();
  expect(await sweep.round(never)).toMatchObject({ abandonedCount: 1, removedCount: 3 });
  expect(failed).toEqual([]);
  expect(await fixture.files()).toEqual([waiting, open, young, 'not-ours.txt'].sort());
});

test('is done by one worker at a time', async () => {
  await fixture.receive(makeInstance(), hospitalId);
  const [one, other] = [sweepOver(), sweepOver()];
  let inside: Promise<unknown> = Promise.resolve('never asked');
  const sweep = new Sweep({
    pool: fixture.database.pool('pipeline_processor'),
    queue: {
      add: async () => undefined,
      holding: async () => {
        inside = other.sweep.round(never);
        await inside;
        return new Set<string>();
      },
    },
    files: new ScanFiles(fixture.folder),
    clear: async () => undefined,
    log: { event: () => undefined },
    metrics: new Metrics('test', () => undefined),
  });
  expect(await sweep.round(never)).toMatchObject({ requeuedCount: 1 });
  expect(await inside).toBeUndefined();
  expect(other.added).toEqual([]);
  expect(await one.sweep.round(never)).toMatchObject({ requeuedCount: 1 });
});
