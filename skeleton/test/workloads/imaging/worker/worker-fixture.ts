import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type KmsDouble, startKms } from '../../../../local/doubles/kms';
import { type S3Double, startS3 } from '../../../../local/doubles/s3';
import { createObjectClient } from '../../../../src/workloads/imaging/objects/object-client';
import { receiveScan, type ScanSummary } from '../../../../src/workloads/imaging/store/scans';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';
import type { TestInstance } from '../support/part10';

export const DATA_KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/5c1b3b2e-0001-4000-8000-000000000000';
export const HMAC_KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/5c1b3b2e-0002-4000-8000-000000000000';
export const BUCKET = 'scans-test';

/** A row of `scan`, and what became of its file. */
export interface ScanState {
  readonly state: string;
  readonly reason_code: string | null;
  readonly attempts: number;
  readonly open_attempts: number;
  readonly removed_at: Date | null;
}

/** Where workers find what they work on, without a queue: a database, objects, keys and a folder of their own. */
export interface WorkerFixture {
  readonly database: TestDatabase;
  readonly s3: S3Double;
  readonly kms: KmsDouble;
  readonly client: S3Client;
  readonly folder: string;
  /** Environment variables by which the doubles are found. */
  readonly endpoints: Record<string, string>;
  hospital(): Promise<number>;
  /** Makes a file a scan, as the upload service does. @returns its id. */
  receive(instance: TestInstance, hospitalId: number, options?: { readonly sparseBytes?: number }): Promise<string>;
  scan(scanId: string): Promise<ScanState>;
  /** Steps of its life as the database has them, by time. */
  steps(scanId: string): Promise<string[]>;
  /** Names of the files in the folder, incoming ones included. */
  files(): Promise<string[]>;
  /** Keys of the objects. */
  keys(): string[];
  read(key: string): Promise<Buffer>;
  stop(): Promise<void>;
}

export async function startWorkerFixture(): Promise<WorkerFixture> {
  const database = await createTestDatabase({ workload: 'imaging' });
  const folder = mkdtempSync(join(tmpdir(), 'scans-'));
  const objectFolder = mkdtempSync(join(tmpdir(), 'objects-'));
  await mkdir(join(folder, '.incoming'));
  const s3 = await startS3({ folder: objectFolder, buckets: [BUCKET] });
  const kms = await startKms([HMAC_KEY_ARN]);
  const endpoints = {
    ...database.environment(),
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
  };
  const before = { ...process.env };
  Object.assign(process.env, endpoints);
  const client = createObjectClient('eu-central-1');
  const uploader = database.pool('pipeline_uploader');

  return {
    database,
    s3,
    kms,
    client,
    folder,
    endpoints,
    hospital: async () => {
      const { rows } = await database.owner.query<{ hospital_id: number }>(
        'INSERT INTO hospital (subject) VALUES ($1) RETURNING hospital_id',
        [`CN=${randomUUID()}`],
      );
      return rows[0]?.hospital_id ?? 0;
    },
    receive: async (instance, hospitalId, { sparseBytes = 0 } = {}) => {
      const scanId = randomUUID();
      const path = join(folder, scanId);
      const sizeBytes = instance.bytes.length + sparseBytes;
      await writeFile(path, longer(instance.bytes, sparseBytes), { mode: 0o600 });
      await truncate(path, sizeBytes);
      const sha256 =
        sparseBytes === 0 ? createHash('sha256').update(instance.bytes).digest() : Buffer.alloc(32, scanId);
      const scan = { scanId, hospitalId, source: 'tus', sizeBytes, sha256, summary: summaryOf(instance) } as const;
      await uploader.use(async (connection) => {
        await connection.query('BEGIN');
        await receiveScan(connection, scan);
        await connection.query('COMMIT');
      });
      return scanId;
    },
    scan: async (scanId) => {
      const { rows } = await database.owner.query<ScanState>(
        'SELECT state, reason_code, attempts, open_attempts, removed_at FROM scan WHERE scan_id = $1',
        [scanId],
      );
      const [row] = rows;
      if (row === undefined) throw new Error('There is no such scan.');
      return row;
    },
    steps: async (scanId) => {
      const { rows } = await database.owner.query<{ step: string }>(
        'SELECT step FROM scan_event WHERE scan_id = $1 ORDER BY at',
        [scanId],
      );
      return rows.map(({ step }) => step);
    },
    files: async () => {
      const [whole, incoming] = await Promise.all([readdir(folder), readdir(join(folder, '.incoming'))]);
      return [...whole.filter((name) => name !== '.incoming'), ...incoming].sort();
    },
    keys: () => s3.paths.map((path) => path.slice(BUCKET.length + 1)),
    read: async (key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      if (!(Body instanceof Readable)) throw new Error('The double answered without a body.');
      return Buffer.concat(await Body.toArray());
    },
    stop: async () => {
      client.destroy();
      for (const name of Object.keys(endpoints)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      await database.drop();
      await kms.close();
      rmSync(folder, { recursive: true, force: true });
      await s3.close();
    },
  };
}

/** The same instance with pixel data that says to be longer: its last element (DICOM PS3.5, 7.1.2). */
function longer(bytes: Buffer, moreBytes: number): Buffer {
  const header = Buffer.from('e07f10004f57', 'hex');
  const changed = Buffer.from(bytes);
  const at = changed.indexOf(header) + 8;
  changed.writeUInt32LE(changed.readUInt32LE(at) + moreBytes, at);
  return changed;
}

function summaryOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: TestInstance): ScanSummary {
  return {
    studyInstanceUid,
    seriesInstanceUid,
    sopInstanceUid,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
  };
}
