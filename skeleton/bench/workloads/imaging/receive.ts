import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceiptVariables } from './receipts';
import { makeFile, type SentFile } from './receive-files';
import { type MeasuredProgram, startMeasured } from './receive-program';
import { ReceiveSender, type Target } from './receive-sender';
import { createLoopbackAuthority } from '../../../local/certificate-authority';
import { startChildGuard } from '../../../local/child-guard';
import { freePort } from '../../../local/free-port';
import { startRedisServer } from '../../../local/redis-cluster';
import type { Teardown } from '../../../local/teardown';
import type { BenchDatabase } from '../../database';
import { median } from '../../statistics';

export interface ReceiveSettings {
  /** Bytes of the large file; 600 000 000 is what the limit is about. */
  readonly largeBytes: number;
  /** How often it is sent; the first time, which warms up, is not counted. */
  readonly repetitions: number;
  readonly smallFiles: number;
  /** Bytes of each small file. */
  readonly smallBytes: number;
  /** Senders of small files at once. */
  readonly smallSenders: number;
  /** Where the peer notes what it has. */
  readonly receiptVariables: ReceiptVariables;
}

/** Bytes per second beside a peer, over the same TLS, in parts of the same size. */
export interface ReceiveRates {
  /** Resumable, hashed, inspected, synchronized and recorded. */
  readonly receivedBytesPerSecond: number;
  /** Written to a file by the peer. */
  readonly peerBytesPerSecond: number;
  /** Median of the ratios of neighbouring runs, which a machine that grows slower does not bend. */
  readonly ratio: number;
}

export interface ReceiveResult {
  readonly largeBytes: number;
  /** Beside a server that writes to a file and answers. */
  readonly large: ReceiveRates;
  readonly smallFiles: number;
  readonly smallBytes: number;
  /** Beside the same server. */
  readonly small: ReceiveRates;
  /** Beside one that answers when the file is synchronized, in its place, and in the database. */
  readonly smallDurable: ReceiveRates;
  /** Most memory that the upload program had; `undefined` where the system does not tell. */
  readonly peakBytes: number | undefined;
}

/** As large as a part may be. */
export const RECEIVE_PART_BYTES = 8 * 1024 * 1024;
const TOKEN_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:bench/queue-a1B2c3';

/** Sends files to the upload program and to a plain server in turns. Both are processes of their own on this machine. */
export async function measureReceiving(
  database: BenchDatabase,
  teardown: Teardown,
  settings: ReceiveSettings,
): Promise<ReceiveResult> {
  const { upload, received, plain, durable } = await startTargets(database, teardown, settings.receiptVariables);
  const sender = new ReceiveSender(received.authority);
  teardown.add('The sender', async () => sender.close());
  const large = await inTurns(plain, async (target) => {
    const file = makeFile(settings.largeBytes, RECEIVE_PART_BYTES);
    const seconds = await timed(async () => sender.send(target, file));
    await target.empty();
    return file.sizeBytes / seconds;
  });
  const sendSmall = async (target: EmptiedTarget) => {
    let bytes = 0;
    const seconds = await timed(async () => {
      bytes = await sendAll(sender, target, filesOf(settings), settings.smallSenders);
    });
    await target.empty();
    return bytes / seconds;
  };
  const small = await inTurns(plain, sendSmall);
  const smallDurable = await inTurns(durable, sendSmall);
  const { largeBytes, smallFiles, smallBytes } = settings;
  return { largeBytes, large, smallFiles, smallBytes, small, smallDurable, peakBytes: upload.peakBytes() };

  async function inTurns(peer: EmptiedTarget, run: (target: EmptiedTarget) => Promise<number>): Promise<ReceiveRates> {
    const rates: Array<{ readonly ours: number; readonly theirs: number }> = [];
    for (let repetition = 0; repetition <= settings.repetitions; repetition += 1) {
      const rate = { theirs: await run(peer), ours: await run(received) };
      if (repetition > 0) rates.push(rate);
    }
    return {
      receivedBytesPerSecond: median(rates.map(({ ours }) => ours)),
      peerBytesPerSecond: median(rates.map(({ theirs }) => theirs)),
      ratio: median(rates.map(({ ours, theirs }) => ours / theirs)),
    };
  }
}

interface EmptiedTarget extends Target {
  /** PEM of the authority that its certificate is of. */
  readonly authority: string;
  /** Removes what was sent, so that a disk is never the limit. */
  empty(): Promise<void>;
}

interface Targets {
  readonly upload: MeasuredProgram;
  readonly received: EmptiedTarget;
  readonly plain: EmptiedTarget;
  readonly durable: EmptiedTarget;
}

async function startTargets(
  database: BenchDatabase,
  teardown: Teardown,
  receiptVariables: ReceiptVariables,
): Promise<Targets> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-bench-'));
  const guard = startChildGuard([folder]);
  teardown.add('The guard', async () => {
    await guard.dismiss();
    rmSync(folder, { recursive: true, force: true });
  });
  const redis = await startRedisServer();
  teardown.add('Redis', async () => redis.stop());
  database.putSecret(TOKEN_ARN, redis.password);
  const { certificate: authority, issue } = await createLoopbackAuthority();
  const { certificate, privateKey } = await issue();
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  const [scanFolder, plainFolder] = [join(folder, 'scans'), join(folder, 'plain')];
  for (const made of [scanFolder, plainFolder]) mkdirSync(made);

  const port = await freePort();
  const upload = await startMeasured({
    bundle: { name: 'bench-imaging-upload', entry: 'src/workloads/imaging/upload/main.ts' },
    environment: {
      ...database.environment,
      PORT: String(port),
      LISTEN_ADDRESS: '127.0.0.1',
      PUBLIC_URL: `https://localhost:${port}`,
      TLS_CERTIFICATE_FILE: certificateFile,
      TLS_KEY_FILE: keyFile,
      SCAN_FOLDER: scanFolder,
      QUEUE_ENDPOINT: `${redis.host}:${redis.port}`,
      QUEUE_AUTH_TOKEN_SECRET_ARN: TOKEN_ARN,
      ...(redis.caFile !== undefined && { QUEUE_CA_FILE: redis.caFile }),
    },
    untilWritten: /"event":"api\.listening"/,
    guard,
  });
  teardown.add('The upload program', async () => upload.stop());
  const plain = await startMeasured({
    bundle: { name: 'bench-imaging-plain', entry: 'bench/workloads/imaging/receive-plain-server.ts' },
    environment: {
      ...receiptVariables,
      FOLDER: plainFolder,
      CERTIFICATE_FILE: certificateFile,
      KEY_FILE: keyFile,
    },
    untilWritten: /^(\d+)\n/,
    guard,
  });
  teardown.add('The plain server', async () => plain.stop());
  const peer = {
    baseUrl: `https://localhost:${plain.written[1] ?? ''}`,
    authority,
    empty: async () => {
      await rm(plainFolder, { recursive: true, force: true });
      mkdirSync(plainFolder);
    },
  };
  return {
    upload,
    received: {
      kind: 'tus',
      baseUrl: `https://localhost:${port}`,
      authority,
      empty: async () => {
        const { rows } = await database.superuser.query<{ scan_id: string }>('SELECT scan_id FROM scan');
        await database.superuser.query(
          'DELETE FROM scan_event; DELETE FROM instance; DELETE FROM instance_conflict; DELETE FROM scan; DELETE FROM upload',
        );
        for (const { scan_id: scanId } of rows) await rm(join(scanFolder, scanId), { force: true });
      },
    },
    plain: { ...peer, kind: 'plain' },
    durable: { ...peer, kind: 'durable' },
  };
}

/** Small files, each made when it is asked for: memory does not hold them, and they share the bytes of their pixels. */
function* filesOf({ smallFiles, smallBytes }: ReceiveSettings): Generator<SentFile, undefined> {
  const random = randomBytes(smallBytes);
  for (let count = 0; count < smallFiles; count += 1) yield makeFile(smallBytes, RECEIVE_PART_BYTES, random);
}

/** Sends files, some at once, each as soon as one before it has gone. @returns their bytes. */
async function sendAll(
  sender: ReceiveSender,
  target: Target,
  files: Iterator<SentFile, undefined>,
  senders: number,
): Promise<number> {
  let bytes = 0;
  const work = async () => {
    for (let next = files.next(); next.done !== true; next = files.next()) {
      await sender.send(target, next.value);
      bytes += next.value.sizeBytes;
    }
  };
  await Promise.all(Array.from({ length: senders }, work));
  return bytes;
}

/** @returns seconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1_000;
}
