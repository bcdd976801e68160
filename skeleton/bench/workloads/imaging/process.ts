import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startObjectSink } from './process-object-sink';
import { ProcessPeer } from './process-peer';
import { startStreamSink } from './process-stream-sink';
import type { ReceiptVariables } from './receipts';
import { makeFile } from './receive-files';
import { type MeasuredProgram, startMeasured } from './receive-program';
import { startChildGuard } from '../../../local/child-guard';
import { startKms } from '../../../local/doubles/kms';
import { LOCAL_CREDENTIALS } from '../../../local/kinesis-emulator';
import { startRedisServer } from '../../../local/redis-cluster';
import type { Teardown } from '../../../local/teardown';
import { AuthTokenSecret } from '../../../src/runtime/redis/auth-token';
import { fileSource } from '../../../src/workloads/imaging/dicom/byte-source';
import { inspectPart10 } from '../../../src/workloads/imaging/dicom/inspect';
import { WASM_FILES } from '../../../src/workloads/imaging/pixels/wasm-files';
import { ScanQueue } from '../../../src/workloads/imaging/queue/scan-queue';
import { receiveScan } from '../../../src/workloads/imaging/store/scans';
import { type BenchDatabase, REGION, silent } from '../../database';
import { median } from '../../statistics';

export interface ProcessSettings {
  /** Bytes of the large file; 600 000 000 is what the limit is about. */
  readonly largeBytes: number;
  /** How often; the first time, which warms up, is not counted. */
  readonly repetitions: number;
  readonly smallFiles: number;
  /** Bytes of each small file. */
  readonly smallBytes: number;
  /** Where the peer notes what it stored. */
  readonly receiptVariables: ReceiptVariables;
}

/** Bytes per second. */
export interface ProcessRates {
  /** From the queue to the committed row: original, derivative, metadata. */
  readonly storedBytesPerSecond: number;
  /** SHA-256 of the same files, one after the other, and no more. */
  readonly hashedBytesPerSecond: number;
  /** Median of the ratios of neighbouring runs, which a machine that grows slower does not bend. */
  readonly ratio: number;
  /** The same files by `ProcessPeer`; absent for the large one, which it would hold in memory. */
  readonly peerBytesPerSecond: number | undefined;
  /** As `ratio`, beside that peer. */
  readonly peerRatio: number | undefined;
}

export interface ProcessResult {
  readonly largeBytes: number;
  readonly large: ProcessRates;
  readonly smallFiles: number;
  readonly smallBytes: number;
  readonly small: ProcessRates;
  /** Most memory that the worker had; `undefined` where the system does not tell. */
  readonly peakBytes: number | undefined;
}

/** What a worker has to reach: part of the speed of SHA-256 alone for the large file, and memory. */
export const PROCESS_LIMITS = { ratioMin: 0.4, peakBytesMax: 200e6 } as const;

const ACCOUNT = '111122223333';
const TOKEN_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:bench/worker-queue-a1B2c3`;
const DATA_KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-4000-8000-000000000001`;
const MAC_KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-4000-8000-000000000002`;
const BLOCK_BYTES = 1024 * 1024;
/** A part of a percent of what the large file takes; more often, the question would be what is measured of small ones. */
const POLL_MS = 5;

/** Has a worker, in a process of its own, store files, and hashes the same files before each time. */
export async function measureProcessing(
  database: BenchDatabase,
  teardown: Teardown,
  { largeBytes, smallFiles, smallBytes, repetitions, receiptVariables }: ProcessSettings,
): Promise<ProcessResult> {
  const bench = await ProcessBench.start(database, teardown, receiptVariables);
  const large = await bench.rates(repetitions, [largeBytes]);
  const small = await bench.rates(repetitions, Array<number>(smallFiles).fill(smallBytes), bench.peer);
  return { largeBytes, large, smallFiles, smallBytes, small, peakBytes: bench.worker.peakBytes() };
}

/** Bytes per second of one time. */
interface Run {
  readonly stored: number;
  readonly hashed: number;
  readonly storedByPeer: number;
}

class ProcessBench {
  static async start(
    database: BenchDatabase,
    teardown: Teardown,
    receiptVariables: ReceiptVariables,
  ): Promise<ProcessBench> {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-bench-'));
    const scanFolder = join(folder, 'scans');
    mkdirSync(scanFolder);
    const guard = startChildGuard([folder]);
    teardown.add('The guard', async () => {
      await guard.dismiss();
      rmSync(folder, { recursive: true, force: true });
    });
    const redis = await startRedisServer();
    teardown.add('Redis', async () => redis.stop());
    database.putSecret(TOKEN_ARN, redis.password);
    const sink = await startObjectSink();
    teardown.add('The objects', async () => sink.close());
    const peer = new ProcessPeer(sink.endpoint, receiptVariables);
    teardown.add('The peer', async () => peer.close());
    const kms = await startKms([MAC_KEY_ARN]);
    teardown.add('KMS', async () => kms.close());
    const stream = await startStreamSink();
    teardown.add('The stream', async () => stream.close());
    const queueSettings = { host: redis.host, port: redis.port, caFile: redis.caFile, authTokenSecretArn: TOKEN_ARN };
    const worker = await startMeasured({
      bundle: {
        name: 'bench-imaging-worker',
        entry: 'src/workloads/imaging/worker/main.ts',
        migrationFolders: ['src/runtime/migrations', 'src/workloads/imaging/migrations'],
        files: WASM_FILES,
      },
      environment: {
        ...database.environment,
        AWS_ENDPOINT_URL_S3: sink.endpoint,
        AWS_ENDPOINT_URL_KMS: kms.endpoint,
        AWS_ENDPOINT_URL_KINESIS: stream.endpoint,
        STREAM_NAME: 'bench-life',
        SCAN_FOLDER: scanFolder,
        SCAN_BUCKET: 'bench',
        DATA_KEY_ARN,
        DEIDENTIFICATION_KEY_ARN: MAC_KEY_ARN,
        QUEUE_ENDPOINT: `${redis.host}:${redis.port}`,
        QUEUE_AUTH_TOKEN_SECRET_ARN: TOKEN_ARN,
        QUEUE_CA_FILE: redis.caFile ?? '',
        HEALTH_PORT: '0',
        // What the benchmark puts there is its own to queue.
        SWEEP_SECONDS: '3600',
      },
      untilWritten: /"event":"worker\.running"/,
      guard,
    });
    teardown.add('The worker', async () => worker.stop());
    const secretsManager = new SecretsManagerClient({
      region: REGION,
      endpoint: database.environment.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? '',
      credentials: LOCAL_CREDENTIALS,
    });
    const queue = new ScanQueue({
      queue: queueSettings,
      secret: new AuthTokenSecret(secretsManager, TOKEN_ARN),
      log: silent,
      database: database.pool,
    });
    teardown.add('The queue', async () => {
      await queue.close();
      secretsManager.destroy();
    });
    const { rows } = await database.superuser.query<{ hospital_id: number }>(
      `INSERT INTO hospital (subject) VALUES ('CN=process bench') RETURNING hospital_id`,
    );
    return new ProcessBench(database, worker, peer, queue, scanFolder, rows[0]?.hospital_id ?? 0);
  }

  private constructor(
    private readonly database: BenchDatabase,
    readonly worker: MeasuredProgram,
    readonly peer: ProcessPeer,
    private readonly queue: ScanQueue,
    private readonly scanFolder: string,
    private readonly hospitalId: number,
  ) {}

  async rates(repetitions: number, sizes: readonly number[], peer?: ProcessPeer): Promise<ProcessRates> {
    const runs: Run[] = [];
    for (let repetition = 0; repetition <= repetitions; repetition += 1) {
      const run = await this.run(sizes, peer);
      if (repetition > 0) runs.push(run);
    }
    return {
      storedBytesPerSecond: median(runs.map(({ stored }) => stored)),
      hashedBytesPerSecond: median(runs.map(({ hashed }) => hashed)),
      ratio: median(runs.map(({ stored, hashed }) => stored / hashed)),
      peerBytesPerSecond: peer && median(runs.map(({ storedByPeer }) => storedByPeer)),
      peerRatio: peer && median(runs.map(({ stored, storedByPeer }) => stored / storedByPeer)),
    };
  }

  private async run(sizes: readonly number[], peer: ProcessPeer | undefined): Promise<Run> {
    const scanIds = sizes.map(() => randomUUID());
    let bytes = 0;
    for (const [index, scanId] of scanIds.entries()) bytes += await this.write(scanId, sizes[index] ?? 0);
    const hashes = new Map<string, Buffer>();
    const hashSeconds = await timed(async () => {
      for (const scanId of scanIds) hashes.set(scanId, await hashOf(this.path(scanId)));
    });
    const peerSeconds = await timed(async () => peer?.storeAll(scanIds.map((scanId) => this.path(scanId))));
    for (const scanId of scanIds) await this.receive(scanId, hashes.get(scanId) ?? Buffer.alloc(32));
    const storeSeconds = await timed(async () => {
      await Promise.all(scanIds.map(async (scanId) => this.queue.add(scanId)));
      await this.untilStored(scanIds);
    });
    return { stored: bytes / storeSeconds, hashed: bytes / hashSeconds, storedByPeer: bytes / peerSeconds };
  }

  private path(scanId: string): string {
    return join(this.scanFolder, scanId);
  }

  /** @returns its bytes. */
  private async write(scanId: string, aboutBytes: number): Promise<number> {
    const content = makeFile(aboutBytes, BLOCK_BYTES);
    const file = await open(this.path(scanId), 'w', 0o600);
    try {
      for (let position = 0; position < content.sizeBytes; position += BLOCK_BYTES) {
        await file.write(content.part(position), 0, undefined, position);
      }
      // Nothing of it is still to be written to the disk while it is measured.
      await file.datasync();
    } finally {
      await file.close();
    }
    return content.sizeBytes;
  }

  private async receive(scanId: string, sha256: Buffer): Promise<void> {
    const source = await fileSource(this.path(scanId));
    try {
      const { hospitalId } = this;
      const summary = await inspectPart10(source);
      const { sizeBytes } = source;
      const scan = { scanId, hospitalId, source: 'tus', sizeBytes, sha256, summary } as const;
      await receiveScan(this.database.superuser, scan);
    } finally {
      await source.close();
    }
  }

  /** @throws Error when one could not be stored. */
  private async untilStored(scanIds: readonly string[]): Promise<void> {
    const { superuser } = this.database;
    // The last one first: until it is settled, one row is looked at.
    for (const scanId of scanIds.slice().reverse()) {
      for (;;) {
        const { rows } = await superuser.query<{ state: string }>('SELECT state FROM scan WHERE scan_id = $1', [
          scanId,
        ]);
        if (rows[0]?.state === 'stored') break;
        if (rows[0]?.state !== 'received') throw new Error('The worker could not store a file of the benchmark.');
        await sleep(POLL_MS);
      }
    }
  }
}

async function hashOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest();
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** @returns seconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1_000;
}
